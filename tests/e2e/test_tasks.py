"""Regression and several classes through the whole chain: the two example folders beside flight_delays."""

from collections.abc import Callable
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace, open_workspace
from evergreen.records.evaluation import Evaluation
from evergreen.records.refit import Refit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.mark.parametrize(
    ("model", "metric", "at_least"), [("air_time", "r2", 0.95), ("flight_outcome", "roc_auc_ovr", 0.6)]
)
def test_two_months_of_flights_make_a_champion(
    house: Any, land_flights: Callable[[Workspace, range], None], model: str, metric: str, at_least: float
) -> None:
    ws = open_workspace(model)
    land_flights(ws, range(1, 3))
    for kind in ("retrain", "release"):
        house.unpause(f"{kind}__{model}")
    answer = house.trigger(f"retrain__{model}", "first", as_of="2013-03-01T00:00:00Z", max_iter=20)
    assert answer.is_success, answer.text
    seen = house.finished(f"retrain__{model}", "first", patience=500)
    assert set(seen.states.values()) == {"success"}, house.why(seen) or seen.note
    ledger = Ledger(ws.store, model, "first")
    measured = {m.name: m.estimate for m in ledger.read("evaluate", Evaluation).metrics if m.role == "challenger"}
    assert measured[metric].value > at_least
    version = ledger.read("refit", Refit).version.number
    released = house.finished(f"release__{model}", f"release__first__v{version}", patience=200)
    assert released.states["promote"] == "success", house.why(released)
    champion = ws.journal.state().champion
    assert champion is not None
    assert (champion.version, ws.registry.aliases(model)["champion"]) == (version, version)
