"""Release report: say how a release ended."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.reporting import ReportingOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.report import Report


class ReleaseReportOperator(ReportingOperator):
    """Stores the report of a release."""

    def __init__(self, *, run_id: str = "{{ params.run_id }}", **kwargs: Any) -> None:
        super().__init__(run_id=run_id, **kwargs)

    def record(self, ws: "Workspace", context: "Context") -> "Report":  # noqa: ARG002 (the ledger knows the run)
        """The report of `evergreen.flows.release`."""
        from evergreen.flows import release

        return release.report(ws, self.run_id)
