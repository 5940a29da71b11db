"""The card decides nothing: when it cannot be made, the task is red and the challenger goes on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

from evergreen.flows.retrain import begin
from evergreen.flows.workspace import Workspace
from evergreen.records.run import Run, Way
from evergreen_airflow.operators.card import CardOperator
from evergreen_airflow.operators.report import ReportOperator
from evergreen_airflow.operators.reporting import failed_step
from evergreen_airflow.operators.snapshot import SnapshotOperator

Make = Callable[..., Any]
END = datetime(2013, 1, 31, tzinfo=UTC)


def test_a_card_before_its_time_fails_at_once(memory_workspace: Workspace, context: Make) -> None:
    run = Run(model="small", run_id="r1", way=Way.MANUAL, as_of=END, asked_by="ann", reason="to see")
    begin(memory_workspace, run)
    with pytest.raises(AirflowFailException, match="'refit'"):
        CardOperator(task_id="card", model="small", run_id="r1").execute(context())


@pytest.mark.parametrize(("states", "failed"), [({"card": "failed"}, None), ({"refit": "failed"}, "refit")])
def test_a_card_that_failed_does_not_make_the_report_fail(
    context: Make, states: dict[str, str], failed: str | None
) -> None:
    with DAG("a_dag", schedule=None):
        report = ReportOperator(task_id="report", model="small", run_id="r1")
        refit = SnapshotOperator(task_id="refit", model="small")
        refit >> CardOperator(task_id="card", model="small") >> report
    assert failed_step(context(states=states) | {"task": report}) == failed
