"""Freeze: stop every promotion of a model, or of the fleet, or let them go on."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.noting import NotingOperator, asked_by

if TYPE_CHECKING:
    from airflow.sdk import Context


class FreezeOperator(NotingOperator):
    """Freezes or lifts, as the form asks."""

    def call(self, context: "Context") -> tuple[str, dict[str, Any]]:
        """Write the freeze or the lift into the journal."""
        from evergreen.flows.books import open_books
        from evergreen.flows.freeze import freeze, lift
        from evergreen.journal.describe import describe

        form = context["params"]
        order = {"freeze": freeze, "lift": lift}[form["action"]]
        entry = order(open_books(form["scope"]), by=asked_by(context), reason=form["reason"])
        return f"{form['scope']}: {describe(entry)}", {"scope": form["scope"], "entry": entry.sequence}
