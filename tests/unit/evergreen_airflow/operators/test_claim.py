"""A request that waits becomes the id and the form of one run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from evergreen.flows.requests import ask
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import close
from evergreen.records.run import Way
from evergreen_airflow.dags.schedule import requested_asset
from evergreen_airflow.operators.claim import ClaimOperator
from evergreen_airflow.runs import run_of

Make = Callable[..., Any]
JULY = datetime(2013, 7, 1, tzinfo=UTC)


def _claim(context: Make, request_id: str) -> dict[str, Any]:
    asset = requested_asset("small")
    events = {asset: SimpleNamespace(extra={})}
    claimed = ClaimOperator(task_id="claim", model="small", request_id=request_id).execute(
        context() | {"outlet_events": events}
    )
    assert events[asset].extra == {"request_id": request_id}
    return claimed


def test_a_request_is_claimed_once_and_fills_the_form(memory_workspace: Workspace, context: Make) -> None:
    ask(
        memory_workspace,
        asked_by="ann",
        reason="drift",
        request_id="ab12",
        as_of=JULY,
        window=timedelta(days=60),
        hyperparameters={"max_iter": 50},
    )
    claimed = _claim(context, "ab12")
    assert claimed == _claim(context, "ab12")
    assert memory_workspace.journal.state().requests["ab12"].claims == 1
    assert claimed["run_id"] == "request__ab12"
    run = run_of(context(conf=claimed["conf"], params=claimed["conf"], run_id=claimed["run_id"]), memory_workspace.spec)
    assert (run.way, run.request_id, run.reason, run.as_of) == (Way.REQUEST, "ab12", "drift", JULY)
    assert (run.window, run.hyperparameters) == (timedelta(days=60), {"max_iter": 50})


def test_new_data_fills_the_form_as_a_schedule_does(memory_workspace: Workspace, context: Make) -> None:
    ask(memory_workspace, asked_by="schedule", reason="Data.", request_id="data-1", as_of=JULY, way=Way.SCHEDULE)
    claimed = _claim(context, "data-1")
    run = run_of(context(conf=claimed["conf"], params=claimed["conf"], run_id=claimed["run_id"]), memory_workspace.spec)
    assert (run.way, run.as_of, run.request_id, run.reason) == (Way.SCHEDULE, JULY, "data-1", "Data.")


def test_a_request_that_is_closed_is_skipped(memory_workspace: Workspace, context: Make) -> None:
    ask(memory_workspace, asked_by="ann", reason="drift", request_id="ab12")
    _claim(context, "ab12")
    close(memory_workspace.journal, "ab12", "request__ab12", "refused", "It was worse.")
    with pytest.raises(AirflowSkipException, match="is closed"):
        _claim(context, "ab12")
