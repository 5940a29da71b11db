"""A verdict of FAIL is a green task and a skipped branch."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import DownstreamTasksSkipped

from evergreen.flows import retrain
from evergreen.flows.workspace import Workspace
from evergreen.records.run import Run, Way
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen_airflow.operators.gate import GateOperator

Make = Callable[..., Any]
AS_OF = datetime(2013, 1, 31, tzinfo=UTC)


@pytest.fixture
def judged(memory_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[[Judgement], None]:
    """Let the gate of the run ``r1`` say this."""
    run = Run(model="small", run_id="r1", way=Way.MANUAL, as_of=AS_OF, asked_by="t", reason="t", dry_run=True)
    retrain.begin(memory_workspace, run)

    def say(judgement: Judgement) -> None:
        outcome = RuleOutcome(
            rule="minimum", judgement=judgement, severity="block", sentence="AUC is 0.400; 0.500 was asked.",
            value=0.4, threshold=0.5, low=None, high=None,
        )  # fmt: skip
        verdict = Verdict(
            model="small", judgement=judgement, package="a" * 64, champion=None, evaluation="b" * 64,
            outcomes=(outcome,),
        )  # fmt: skip
        monkeypatch.setattr(retrain, "gate", lambda _ws, _run: verdict)

    return say


def _gate(**more: Any) -> GateOperator:
    with DAG("a_dag", schedule=None):
        gate = GateOperator(task_id="gate", model="small", run_id="r1", **more)
        gate >> GateOperator(task_id="next", model="small")
    return gate


def test_a_refused_candidate_skips_what_comes_next(judged: Callable[[Judgement], None], context: Make) -> None:
    judged(Judgement.FAIL)
    ctx = context()
    with pytest.raises(DownstreamTasksSkipped):
        _gate().execute(ctx)
    assert ctx["ti"].pushed["return_value"]["judgement"] == "FAIL"
    assert "0.400" in ctx["ti"].pushed["return_value"]["refused"]


def test_a_passed_one_goes_on(judged: Callable[[Judgement], None], context: Make) -> None:
    judged(Judgement.PASS)
    assert _gate().execute(context())["judgement"] == "PASS"
