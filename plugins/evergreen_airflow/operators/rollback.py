"""Rollback: make a former champion champion again."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.noting import NotingOperator, asked_by
from evergreen_airflow.ui.links import ReportLink

if TYPE_CHECKING:
    from airflow.sdk import Context


class RollbackOperator(NotingOperator):
    """Does what the form asks; the run's id makes it one rollback however often the task runs."""

    operator_extra_links = (ReportLink(),)

    def __init__(self, *, model: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def call(self, context: "Context") -> tuple[str, dict[str, Any]]:
        """Roll back."""
        from evergreen.flows.books import open_books
        from evergreen.flows.rollback import roll_back

        form = context["params"]
        record = roll_back(
            open_books(self.model),
            run_id=context["dag_run"].run_id,
            by=asked_by(context),
            reason=form["reason"],
            version=form["version"],
            champion=form["champion"],
        )
        return record.text, {"outcome": record.outcome.value, "report_key": record.key}
