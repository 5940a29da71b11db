"""The end of a run: it is always recorded, and red means that the platform could not judge."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from evergreen.flows.ledger import Ledger
from evergreen.flows.retrain import begin
from evergreen.flows.workspace import Workspace
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Run, Way
from evergreen.records.validation import ValidationReport
from evergreen_airflow.operators.report import ReportOperator
from evergreen_airflow.operators.snapshot import SnapshotOperator

Make = Callable[..., Any]
END = datetime(2013, 1, 31, tzinfo=UTC)


def _begun(ws: Workspace) -> Ledger:
    begin(ws, Run(model="small", run_id="r1", way=Way.MANUAL, as_of=END, asked_by="ann", reason="to see"))
    return Ledger(ws.store, "small", "r1")


def _report(context: Make, **states: str) -> tuple[ReportOperator, Any]:
    with DAG("a_dag", schedule=None):
        steps = [SnapshotOperator(task_id=name, model="small") for name in ("snapshot", "validate")]
        report = ReportOperator(task_id="report", model="small", run_id="r1")
        steps[0] >> steps[1] >> report >> SnapshotOperator(task_id="release", model="small")
    return report, context(states=states) | {"task": report}


def test_a_failed_step_is_recorded_first_and_then_red(memory_workspace: Workspace, context: Make) -> None:
    ledger = _begun(memory_workspace)
    report, ctx = _report(context, snapshot="failed", validate="upstream_failed")
    with pytest.raises(AirflowFailException, match="The step 'snapshot' failed"):
        report.execute(ctx)
    stored = ledger.read("report", Report)
    assert stored.outcome is Outcome.FAILED
    assert ctx["ti"].pushed["return_value"] == {"outcome": "failed", "report_key": stored.key}
    assert "`snapshot`" in ctx["ti"].pushed["note"]


def test_a_run_that_never_began_says_which_step_failed(memory_workspace: Workspace, context: Make) -> None:
    report, ctx = _report(context, snapshot="failed")
    with pytest.raises(AirflowFailException, match="'snapshot' failed before the run had begun"):
        report.execute(ctx)


def test_a_refusal_is_green_and_hands_nothing_over(memory_workspace: Workspace, context: Make) -> None:
    refused = ValidationReport(
        model="small", snapshot="s", passed=False, rows=1, outcomes=(), statistics=(), docs_key="d", report_key="r"
    )
    _begun(memory_workspace).keep("validate", refused, refused.digest)
    report, ctx = _report(context, snapshot="success", validate="success")
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        report.execute(ctx)
    assert skipped.value.tasks == ["release"]
    assert ctx["ti"].pushed["return_value"]["outcome"] == "refused: data"


def test_it_runs_whatever_happened_before() -> None:
    assert ReportOperator(task_id="report", model="small").trigger_rule == "all_done"
