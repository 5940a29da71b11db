"""What every operator does with a record, a refusal and an error."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, DownstreamTasksSkipped

from evergreen.core.errors import DataError, OutageError, Refused
from evergreen.flows.workspace import Workspace
from evergreen.records.report import Outcome, Report
from evergreen_airflow.operators.step import StepOperator

Make = Callable[..., Any]
RECORD = Report(model="small", run_id="r1", outcome=Outcome.CHALLENGER, text="**small**", key="small/reports/a.md")


class Probe(StepOperator[Report]):
    """Answers or raises what it is told."""

    def __init__(self, *, answer: Any = RECORD, reason: str | None = None, **kwargs: Any) -> None:
        super().__init__(model="small", **kwargs)
        self.answer, self.reason = answer, reason

    def call(self, ws: Workspace, context: Any) -> Report:  # noqa: ARG002 (the shape of a step)
        assert ws.model == "small"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]

    def summary(self, record: Report) -> dict[str, Any]:
        return {"key": record.key}

    def refusal(self, record: Report) -> str | None:  # noqa: ARG002 (the shape of a step)
        return self.reason


pytestmark = pytest.mark.usefixtures("memory_workspace")


def test_a_step_gives_keys_and_no_record(context: Make) -> None:
    assert Probe(task_id="probe").execute(context()) == {"key": "small/reports/a.md"}


def test_a_refusal_is_green_keeps_its_reason_and_skips_what_comes_next(context: Make) -> None:
    with DAG("a_dag", schedule=None):
        probe = Probe(task_id="probe", reason="3 keys occur twice.")
        probe >> Probe(task_id="next")
    ctx = context()
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        probe.execute(ctx)
    assert skipped.value.tasks == ["next"]
    assert ctx["ti"].pushed["return_value"] == {"key": "small/reports/a.md", "refused": "3 keys occur twice."}


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (DataError("bad"), AirflowFailException),
        (Refused("no"), AirflowSkipException),
        (OutageError("gone"), OutageError),
    ],
)
def test_errors_are_translated(context: Make, raised: Exception, seen: type[Exception]) -> None:
    with pytest.raises(seen):
        Probe(task_id="probe", answer=raised).execute(context())


def test_the_run_id_is_a_template() -> None:
    assert "run_id" in Probe.template_fields
    assert Probe(task_id="probe").run_id == "{{ run_id }}"
