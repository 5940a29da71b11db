"""Report: say how a retraining run ended."""

from typing import TYPE_CHECKING

from evergreen_airflow.operators.reporting import ReportingOperator, failed_step

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.report import Report


class ReportOperator(ReportingOperator):
    """Stores the report, closes the request that the run served, and lets a challenger go on to its release."""

    def record(self, ws: "Workspace", context: "Context") -> "Report":
        """The report of `evergreen.flows.report`."""
        from evergreen.core.errors import RunError
        from evergreen.flows import retrain
        from evergreen.flows.report import report

        failed = failed_step(context)
        try:
            run = retrain.resume(ws, self.run_id)
        except RunError:
            if failed is None:
                raise
            raise RunError(f"The step {failed!r} failed before the run had begun; its log says why.") from None
        return report(ws, run, failed)

    def refusal(self, record: "Report") -> str | None:
        """Only a challenger is handed over."""
        return None if record.outcome.value == "challenger" else record.outcome.value
