"""Servers that die under a retraining delay it; it ends as if they had not."""

from typing import Any

import pytest
from tests.house import END

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.verify import verify
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

RUN = "outage"


def test_a_run_outlives_its_servers(house: Any, small: Workspace) -> None:
    dag_id = f"retrain__{small.model}"
    answer = house.trigger(dag_id, RUN, as_of=END.isoformat(), max_iter=57, reason="Its servers die.")
    assert answer.is_success, answer.text
    for server, before in {"s3": "snapshot", "mlflow": "split"}.items():
        house.wait(before, lambda: (seen := house.seen(dag_id, RUN)) and seen.states.get(before) == "success")  # noqa: B023 - waited for here
        house.kill_component(server)
        assert house.seen(dag_id, RUN).state == "running"
    seen = house.finished(dag_id, RUN)
    assert set(seen.states.values()) == {"success"}, house.why(seen)
    ledger = Ledger(small.store, small.model, RUN)
    assert ledger.read("report", Report).outcome is Outcome.CHALLENGER
    key = ledger.read("refit", Refit).candidate.key
    assert [version.tags["evergreen.key"] for version in small.registry.versions(small.model)].count(key) == 1
    assert verify(small.store, small.model).fault is None
