"""Alert: tell people what was found; red when somebody could not be told."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from evergreen_airflow.errors import translated
from evergreen_airflow.operators.step import StepOperator
from evergreen_airflow.ui.links import ModelVersionLink, page_of, question_page

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.alert import AlertBook
    from evergreen.records.monitor import MonitorReport


class AlertOperator(StepOperator["AlertBook"]):
    """Tells the connections of the spec what the newest report on the champion finds, and what it finds no longer.

    It runs when nothing was due, too: whoever could not be told by the run before is told by this one.
    """

    decides = False

    def __init__(self, *, trigger_rule: str = "all_done", **kwargs: Any) -> None:
        super().__init__(trigger_rule=trigger_rule, **kwargs)

    def call(self, ws: "Workspace", context: "Context") -> "AlertBook":  # noqa: ARG002 (the newest report counts)
        """Tell whoever was not told yet."""
        from evergreen.core.clock import now
        from evergreen.flows.tell import tell
        from evergreen_airflow.notifiers.alert import Sender

        return tell(ws, send=Sender(), links=links_of, where=question_page, now=now())

    def summary(self, record: "AlertBook") -> dict[str, Any]:
        """What stands, and how much waits because it is muted."""
        return {"standing": [alert.name for alert in record.standing], "waiting": len(record.waiting)}


class FleetAlertOperator(BaseOperator):
    """Tells the connections of ``EVERGREEN_ALERTS`` what the looks at the registry have found."""

    ui_color = "#e6f4ea"

    def __init__(self, *, trigger_rule: str = "all_done", **kwargs: Any) -> None:
        super().__init__(trigger_rule=trigger_rule, **kwargs)

    def execute(self, context: "Context") -> dict[str, Any]:  # noqa: ARG002 (nothing depends on the run)
        """Tell whoever was not told yet."""
        with translated():
            from evergreen.core.clock import now
            from evergreen.flows.books import fleet
            from evergreen.flows.tell import tell_fleet
            from evergreen_airflow.notifiers.alert import Sender

            books = tell_fleet(fleet(), send=Sender(), now=now())
        return {"models": len(books), "waiting": sum(len(book.waiting) for book in books)}


def links_of(report: "MonitorReport") -> tuple[str, str]:
    """Where a browser finds the report, and the version that it is on."""
    version = ModelVersionLink().address({"model": report.model, "version": report.version})
    return f"Report: {page_of(report.key)}", f"Version {report.version}: {version}"
