"""A request that waits becomes the id and the form of one run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from evergreen.flows.requests import ask
from evergreen.flows.workspace import Workspace
from evergreen.records.run import Way
from evergreen_airflow.operators.claim import ClaimOperator
from evergreen_airflow.runs import run_of

Make = Callable[..., Any]
JULY = datetime(2013, 7, 1, tzinfo=UTC)


def _claim(context: Make) -> dict[str, Any]:
    return ClaimOperator(task_id="claim", model="small").execute(context())


@pytest.mark.usefixtures("memory_workspace")
def test_nothing_waits_and_nothing_is_done(context: Make) -> None:
    with pytest.raises(AirflowSkipException, match="No request waits"):
        _claim(context)


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
    claimed = _claim(context)
    assert claimed["run_id"] == "request__ab12"
    run = run_of(context(conf=claimed["conf"], params=claimed["conf"], run_id=claimed["run_id"]), memory_workspace.spec)
    assert (run.way, run.request_id, run.reason, run.as_of) == (Way.REQUEST, "ab12", "drift", JULY)
    assert (run.window, run.hyperparameters) == (timedelta(days=60), {"max_iter": 50})


def test_requests_are_served_in_order(memory_workspace: Workspace, context: Make) -> None:
    for name in ("first", "second"):
        ask(memory_workspace, asked_by="ann", reason="drift", request_id=name)
    assert [_claim(context)["run_id"] for _ in range(2)] == ["request__first", "request__second"]
