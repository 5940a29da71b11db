"""Approve: ask whether a challenger may be released."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.releasing import ReleasingOperator

if TYPE_CHECKING:
    from evergreen.records.approval import Approval


class ApproveOperator(ReleasingOperator["Approval"]):
    """A challenger that a newer one has superseded is skipped; one that is not approved ends the run."""

    step = "approve"

    def summary(self, record: "Approval") -> dict[str, Any]:
        """The answer, and whose it is."""
        return {
            "approval": record.digest,
            "approved": record.approved,
            "approved_by": record.approved_by,
            "version": record.version,
            "package": record.package,
        }

    def refusal(self, record: "Approval") -> str | None:
        """Why it is not approved."""
        return None if record.approved else record.reason
