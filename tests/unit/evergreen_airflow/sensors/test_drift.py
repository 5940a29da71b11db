"""The sensor: looks, defers what is not there yet, looks again when it is woken, and never spins."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred

from evergreen.core.clock import now
from evergreen.core.errors import IntegrityError
from evergreen.flows import watch as flow
from evergreen.flows.requests import LEASE, ask, run_id_of, take
from evergreen.flows.watch import AGAIN, LONGEST
from evergreen.flows.workspace import Workspace
from evergreen.records.run import Way
from evergreen_airflow.sensors.drift import DAY, DriftSensor
from evergreen_airflow.triggers.drift import DriftTrigger

Make = Callable[..., Any]
QUERY = "SELECT * FROM t WHERE at >= :start AND at < :end"


class Desk:
    """What Airflow tells the sensor: its own run, the run before, which runs of the retraining exist."""

    def __init__(self, context: Make) -> None:
        self.before: Any = None
        self.runs: dict[str, str] = {}
        self.events: list[Any] = []
        self.began = now()
        self._context = context

    def context(self) -> Any:
        """The context of the sensor."""
        made = self._context(start_date=self.began)
        made["ti"].get_previous_dagrun = lambda: self.before
        made["ti"].get_dr_count = self._count
        inlet = SimpleNamespace(ascending=lambda _yes: SimpleNamespace(limit=lambda _count: self.events))
        return made | {"inlet_events": [inlet]}

    def _count(self, *, dag_id: str, run_ids: list[str], states: list[str] | None) -> int:
        there = [self.runs[run_id] for run_id in run_ids if dag_id == "retrain__small" and run_id in self.runs]
        return len([state for state in there if states is None or state in states])

    def failed(self, ago: timedelta) -> None:
        """The run before has failed."""
        self.before = SimpleNamespace(state="failed", end_date=now() - ago)


@pytest.fixture
def desk(context: Make) -> Desk:
    return Desk(context)


def deferred(look: Callable[..., Any], *arguments: Any) -> DriftTrigger:
    """The trigger that is waited for."""
    with pytest.raises(TaskDeferred) as caught:
        look(*arguments)
    assert caught.value.method_name == "look"
    trigger = caught.value.trigger
    assert isinstance(trigger, DriftTrigger)
    return trigger


def left(trigger: DriftTrigger) -> timedelta:
    """How long it waits, to the minute."""
    return timedelta(minutes=round((datetime.fromisoformat(trigger.until) - now()).total_seconds() / 60))


def sensor(**more: Any) -> DriftSensor:
    return DriftSensor(task_id="watch", model="small", **more)


def test_a_request_that_waits_is_served_at_once(memory_workspace: Workspace, desk: Desk) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    assert sensor().execute(desk.context()) == {"request_id": "ab12"}


def test_without_one_it_defers_and_looks_again_when_it_is_woken(memory_workspace: Workspace, desk: Desk) -> None:
    waits = sensor()
    first = deferred(waits.execute, desk.context())
    assert (first.model, first.sequence, first.raw, left(first)) == ("small", 0, "", LONGEST)
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    assert waits.look(desk.context(), {"woken_by": "request"}) == {"request_id": "ab12"}


def test_a_request_that_somebody_serves_already_lets_it_wait_on_in_the_same_run(
    memory_workspace: Workspace, desk: Desk
) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    take(memory_workspace, "ab12", now=now())
    desk.runs = {run_id_of("ab12"): "failed"}
    again = deferred(sensor().look, desk.context(), {"woken_by": "request"})
    assert (again.sequence, left(again)) == (2, LONGEST)


@pytest.mark.parametrize(("state", "outcome"), [("failed", "failed"), ("running", None)])
def test_a_request_whose_run_has_failed_is_closed_when_its_lease_is_over(
    memory_workspace: Workspace, desk: Desk, state: str, outcome: str | None
) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    take(memory_workspace, "ab12", now=now() - LEASE)
    desk.runs = {run_id_of("ab12"): state}
    if outcome is None:
        assert sensor().execute(desk.context()) == {"request_id": "ab12"}
    else:
        deferred(sensor().execute, desk.context())
    assert memory_workspace.journal.state().requests["ab12"].outcome == outcome


def test_a_claim_whose_run_is_missing_is_served(memory_workspace: Workspace, desk: Desk) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    take(memory_workspace, "ab12", now=now())
    assert sensor().execute(desk.context()) == {"request_id": "ab12"}


def test_after_a_run_that_failed_it_waits_before_it_looks(memory_workspace: Workspace, desk: Desk) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    desk.failed(timedelta(minutes=2))
    pause = deferred(sensor().execute, desk.context())
    assert (pause.sequence, left(pause)) == (None, AGAIN - timedelta(minutes=2))
    assert sensor().look(desk.context(), {"woken_by": "time"}) == {"request_id": "ab12"}
    desk.failed(AGAIN)
    assert sensor().execute(desk.context()) == {"request_id": "ab12"}
    desk.before = SimpleNamespace(state="success", end_date=now())
    assert sensor().execute(desk.context()) == {"request_id": "ab12"}


@pytest.mark.usefixtures("memory_workspace")
def test_a_run_waits_for_a_day_at_most(desk: Desk) -> None:
    desk.began = now() - DAY
    with pytest.raises(AirflowSkipException, match="within a day"):
        sensor().look(desk.context(), {"woken_by": "time"})


@pytest.mark.usefixtures("memory_workspace")
def test_a_journal_in_doubt_fails_the_task(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise IntegrityError("small/journal/1.json: it is gone.")

    monkeypatch.setattr(flow, "watch", broken)
    with pytest.raises(AirflowFailException, match="IntegrityError: small/journal"):
        sensor().execute(desk.context())


@pytest.fixture
def on_data(memory_workspace: Workspace, small_spec: Make) -> Workspace:
    """The model is retrained when a query's rows are announced."""
    source = {"kind": "sql", "connection": "w", "query": QUERY}
    object.__setattr__(memory_workspace, "spec", small_spec(schedule={"kind": "on_data"}, source=source))
    return memory_workspace


def test_events_of_the_asset_are_read_at_each_look(on_data: Workspace, desk: Desk) -> None:
    waits = sensor(announced=True)
    assert [asset.uri for asset in waits.inlets] == ["evergreen://small/raw"]
    assert left(deferred(waits.execute, desk.context())) == timedelta(minutes=1)
    desk.events = [SimpleNamespace(timestamp=now(), extra={"end": "2013-06-01T00:00:00Z"})]
    found = waits.look(desk.context(), {"woken_by": "time"})
    (status,) = on_data.journal.state().requests.values()
    assert found == {"request_id": status.request.request_id}
    assert status.request.way is Way.SCHEDULE
