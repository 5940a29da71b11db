"""Monitor: the steps that look at a champion."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.operators.reporting import NOTE_KEY
from evergreen_airflow.operators.step import R, StepOperator
from evergreen_airflow.ui.links import ReportLink
from evergreen_airflow.ui.note import note_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.looked import Looked
    from evergreen.records.monitor import MonitorReport


class MonitoringOperator(StepOperator[R]):
    """A step of `evergreen.flows.monitor`, up to the time of the form or of the run."""

    def until(self, context: "Context") -> datetime:
        """Up to when reports are made."""
        from evergreen_airflow.runs import as_of_run

        return as_of_run(context)


class MonitorOperator(MonitoringOperator["Looked"]):
    """The step named by ``step``; skipped, with all that follow, when nothing is due.

    Parameters
    ----------
    step
        ``profile``, ``drift`` or ``performance``.
    """

    def __init__(self, *, step: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step

    def call(self, ws: "Workspace", context: "Context") -> "Looked":
        """Do the step."""
        from evergreen.flows import monitor

        record: Looked = getattr(monitor, self.step)(ws, self.until(context))
        if not record.as_of:
            raise AirflowSkipException(record.reason)
        return record

    def summary(self, record: "Looked") -> dict[str, Any]:
        """The times of the reports."""
        return {"reports": len(record.as_of), "as_of": record.as_of[-1].isoformat()}


class DecideOperator(MonitoringOperator["MonitorReport"]):
    """Holds the rules against the reports, asks for a retraining where that follows, and says so on the run."""

    operator_extra_links = (ReportLink(),)

    def call(self, ws: "Workspace", context: "Context") -> "MonitorReport":
        """Decide; the words of the newest report become the note on the run."""
        from evergreen.flows import monitor

        record = monitor.decide(ws, self.until(context))
        if isinstance(record, str):
            raise AirflowSkipException(record)
        self.log.info("%s", record.text)
        context["ti"].xcom_push(key=NOTE_KEY, value=note_of(record.text))
        return record

    def summary(self, record: "MonitorReport") -> dict[str, Any]:
        """What was decided, and what a rollback needs to know."""
        as_of = record.as_of.astimezone(UTC)
        return {
            "action": record.decision.action,
            "request_id": record.decision.request_id,
            "version": record.version,
            "as_of": as_of.isoformat(),
            "findings": len(record.fired),
            "report_key": record.key,
            "rollback_run": f"monitor__{as_of:%Y-%m-%dT%H%MZ}__v{record.version}",
            "reason": record.decision.reason[:400],
        }
