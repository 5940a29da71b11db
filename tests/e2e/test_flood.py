"""Many requests at once, while the scheduler and the triggerer are killed: each is served exactly once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace, open_workspace
from evergreen.journal.verify import verify
from evergreen.records.report import Outcome

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

MODELS = ("e2e_flood", "e2e_surge")
AT_ONCE = 2
"""Requests of each model that are opened at the same moment; components are killed after each such wave."""
# Too few rows by this: each run ends with a refusal after its second step, so that the flood is over soon.
REFUSING = {
    "version": 1,
    "expectations": [{"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1_000_000}}],
}


@pytest.fixture(scope="session")
def flooded(house: Any, drop: Callable[..., Workspace]) -> tuple[Workspace, ...]:
    """The models, each waiting in the triggerer."""
    found = tuple(drop(model, suite=REFUSING) for model in MODELS)
    for model in MODELS:
        house.waiting(model)
    return found


def open_at_once(wave: int) -> None:
    """Somebody asks for each model several times, from as many threads; everything is asked twice."""

    def asked(number: int) -> None:
        ws = open_workspace(MODELS[number % 2])
        for _ in range(2):
            ask(ws, asked_by="drift", reason="A flood.", request_id=f"w{wave}-{number // 2}")

    with ThreadPoolExecutor(AT_ONCE * len(MODELS)) as pool:
        list(pool.map(asked, range(AT_ONCE * len(MODELS))))


def claimed(ws: Workspace) -> Counter[str]:
    """How often each request was claimed."""
    return Counter(e.body["request_id"] for e in ws.journal.entries() if e.kind == "request_claimed")


def test_every_request_is_served_once_whatever_is_killed(house: Any, flooded: tuple[Workspace, ...]) -> None:
    open_at_once(0)
    house.kill_component("triggerer")
    house.wait("the first claim", lambda: any(map(claimed, flooded)))
    house.kill_component("scheduler")
    open_at_once(1)
    house.wait("a claim of the second wave", lambda: any("w1-0" in claimed(ws) for ws in flooded))
    house.kill_component("triggerer")
    house.kill_component("scheduler")
    wanted = {f"w{wave}-{number}" for wave in range(2) for number in range(AT_ONCE)}
    for ws in flooded:
        served_once(house, ws, wanted)


def served_once(house: Any, ws: Workspace, wanted: set[str]) -> None:
    """Wait until all requests are closed, then count."""
    house.wait(
        f"the requests of {ws.model} to be closed",
        lambda: all(s.status == "closed" for s in ws.journal.state().requests.values()),
        patience=600,
    )
    requests = ws.journal.state().requests
    assert set(requests) == wanted
    assert {s.outcome for s in requests.values()} == {Outcome.REFUSED_DATA.value}
    assert claimed(ws) == dict.fromkeys(wanted, 1)
    runs = house.ask("GET", f"/dags/retrain__{ws.model}/dagRuns?limit=100")["dag_runs"]
    assert Counter(run["dag_run_id"] for run in runs) == {run_id_of(request): 1 for request in wanted}
    assert verify(ws.store, ws.model).fault is None
    house.waiting(ws.model)
    watches = house.ask("GET", f"/dags/drift_watch__{ws.model}/dagRuns?limit=100")["dag_runs"]
    assert len(watches) <= 2 * len(wanted), "it waits, it does not spin"
    told = house.ask("GET", f"/assets/events?source_dag_id=drift_watch__{ws.model}&limit=100")["asset_events"]
    assert {event["extra"]["request_id"] for event in told} == wanted
