"""What the reports at the end of both DAGs share: they run always, record first, and are red when a step was."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.step import StepOperator
from evergreen_airflow.ui.links import ReportLink
from evergreen_airflow.ui.note import note_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.report import Report

NOTE_KEY = "note"


class ReportingOperator(StepOperator["Report"]):
    """Stores the report, hands the run's note to the listener, then fails if a step before it has failed."""

    operator_extra_links = (ReportLink(),)

    def __init__(self, *, trigger_rule: str = "all_done", **kwargs: Any) -> None:
        super().__init__(trigger_rule=trigger_rule, **kwargs)

    def record(self, ws: "Workspace", context: "Context") -> "Report":
        """The flow that writes this report."""
        raise NotImplementedError

    def call(self, ws: "Workspace", context: "Context") -> "Report":
        """Write the report, and hand its words on to whoever sets the run's note."""
        record = self.record(ws, context)
        self.log.info("%s", record.text)
        context["ti"].xcom_push(key=NOTE_KEY, value=note_of(record.text))
        return record

    def summary(self, record: "Report") -> dict[str, Any]:
        """The outcome, and where the report is."""
        return {"outcome": record.outcome.value, "report_key": record.key}

    def failure(self, record: "Report", context: "Context") -> str | None:
        """Red means that the platform could not judge."""
        if (step := failed_step(context)) is not None:
            return f"The step {step!r} failed, so that nothing could be judged; its log says why."
        return record.text.partition("\n")[0] if record.outcome.value == "failed" else None


def failed_step(context: "Context") -> str | None:
    """The first step before this one that failed, in the order of the flow; None when every one was green or skipped.

    Steps that decide nothing (``decides``) do not count.
    """
    ti, task = context["ti"], context["task"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    upstream = task.get_flat_relatives(upstream=True)
    failed = [t for t in upstream if states.get(t.task_id) == "failed" and getattr(t, "decides", True)]
    return min(failed, key=lambda t: len(t.get_flat_relative_ids(upstream=True))).task_id if failed else None
