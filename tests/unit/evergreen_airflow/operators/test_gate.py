"""A verdict of FAIL is a green task and a skipped branch."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import DownstreamTasksSkipped

from evergreen.flows.ledger import Ledger
from evergreen.flows.retrain import begin
from evergreen.flows.workspace import Workspace
from evergreen.records.evaluation import Estimate, Evaluation, Metric
from evergreen.records.interval import Interval
from evergreen.records.run import Run, Way
from evergreen_airflow.operators.gate import GateOperator

Make = Callable[..., Any]
START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 31, tzinfo=UTC)


def _evaluated(ws: Workspace, auc: float) -> None:
    begin(ws, Run(model="small", run_id="r1", way=Way.MANUAL, as_of=END, asked_by="t", reason="t", dry_run=True))
    estimate = Estimate(value=auc, low=auc - 0.01, high=auc + 0.01, method="delong")
    evaluation = Evaluation(
        model="small",
        package="a" * 64,
        champion=None,
        span=Interval(start=START, end=END),
        rows=500,
        units=500,
        looks=0,
        comparable=True,
        reason="",
        metrics=(Metric(name="roc_auc", role="challenger", estimate=estimate),),
        differences=(),
    )
    Ledger(ws.store, "small", "r1").keep("evaluate", evaluation, evaluation.digest)


def _gate(**more: Any) -> GateOperator:
    with DAG("a_dag", schedule=None):
        gate = GateOperator(task_id="gate", model="small", run_id="r1", **more)
        gate >> GateOperator(task_id="next", model="small")
    return gate


def test_a_refused_candidate_skips_what_comes_next(memory_workspace: Workspace, context: Make) -> None:
    _evaluated(memory_workspace, 0.4)
    ctx = context()
    with pytest.raises(DownstreamTasksSkipped):
        _gate().execute(ctx)
    assert ctx["ti"].pushed["return_value"]["judgement"] == "FAIL"
    assert "0.4" in ctx["ti"].pushed["return_value"]["refused"]


def test_a_passed_one_goes_on(memory_workspace: Workspace, context: Make) -> None:
    _evaluated(memory_workspace, 0.8)
    assert _gate().execute(context())["judgement"] == "PASS"
