"""Confirm: read from Airflow itself what the approvers have answered."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.releasing import ReleasingOperator

if TYPE_CHECKING:
    from evergreen.records.approval import Approval


class ConfirmOperator(ReleasingOperator["Approval"]):
    """Writes an approval or a rejection into the journal, if Airflow's record proves one; otherwise it is skipped."""

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
        return None if record.approved else f"Rejected by {record.approved_by}: {record.reason}"
