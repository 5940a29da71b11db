"""Answer: read from Airflow itself what the confirmers of a retrain request have answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evergreen_airflow.hooks.connect import connect
from evergreen_airflow.operators.noting import NotingOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class AnswerOperator(NotingOperator):
    """Writes a yes or a no into the journal, if Airflow's record proves one; otherwise it is skipped.

    Parameters
    ----------
    model
        Name of the model folder.
    request_id
        The retrain request.
    """

    template_fields: Sequence[str] = ("model", "request_id")

    def __init__(self, *, model: str, request_id: str = "{{ params.request_id }}", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.request_id = request_id

    def call(self, context: "Context") -> tuple[str, dict[str, Any]]:  # noqa: ARG002 (the request says whose run this is)
        """Read the answer, and write it down."""
        from evergreen.flows.confirmation import settle, told
        from evergreen.flows.workspace import open_workspace

        ws = open_workspace(self.model, connect=connect)
        status = settle(ws, self.request_id)
        summary = {"request_id": self.request_id, "status": status.status, "confirmed_by": status.confirmed_by}
        return told(ws, status), summary
