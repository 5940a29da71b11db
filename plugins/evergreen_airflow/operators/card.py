"""Card: say in one page what the challenger is."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import CardLink, ModelVersionLink

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.card import Card


class CardOperator(RetrainingOperator["Card"]):
    """Stores the model card. Nothing is decided by it: when it fails it is red, and the challenger goes on."""

    step = "card"
    decides = False
    operator_extra_links = (CardLink(), ModelVersionLink())

    def call(self, ws: "Workspace", context: "Context") -> "Card":  # noqa: ARG002 (the ledger knows the run)
        """The card of `evergreen.flows.card`."""
        from evergreen.flows import retrain
        from evergreen.flows.card import card

        return card(ws, retrain.resume(ws, self.run_id))

    def summary(self, record: "Card") -> dict[str, Any]:
        """The version, and where its card is."""
        return {
            "model": record.model,
            "version": record.version,
            "card_key": record.html_key,
            "markdown_key": record.markdown_key,
        }
