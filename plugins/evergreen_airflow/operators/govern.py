"""Govern: hold MLflow and the stored packages against the journals of the fleet."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.noting import NotingOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class GovernOperator(NotingOperator):
    """Looks at every model; a finding is no failure of the task, it is logged as an error and stands in the note."""

    def call(self, context: "Context") -> tuple[str, dict[str, Any]]:  # noqa: ARG002 (nothing depends on the run)
        """Look at the fleet."""
        from evergreen.flows.books import fleet
        from evergreen.flows.fleet import refreshed
        from evergreen.flows.govern import govern_fleet, summary

        found = govern_fleet(fleet())
        keys = {f.model: f.key for f in found if f.findings or f.resolved}
        text = "\n".join(filter(None, (summary(found), refreshed())))
        return text, {"models": len(found), "new": sum(len(f.new) for f in found), "report_keys": keys}
