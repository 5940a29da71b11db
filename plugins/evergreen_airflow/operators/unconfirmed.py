"""Unconfirmed: the retrain request that waits for a person, as the run that asks about it."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect

if TYPE_CHECKING:
    from airflow.sdk import Context


class UnconfirmedOperator(BaseOperator):
    """Gives id and form of the run that asks, which derive from the request: asked twice, it is asked once.

    The journal says what waits, not the task that decided: what a run that was killed did not ask, the next one does,
    whether or not a report is due.

    Parameters
    ----------
    model
        Name of the model folder.
    """

    ui_color = "#e6f4ea"

    def __init__(self, *, model: str, trigger_rule: str = "all_done", **kwargs: Any) -> None:
        super().__init__(trigger_rule=trigger_rule, **kwargs)
        self.model = model

    def execute(self, context: "Context") -> dict[str, Any]:  # noqa: ARG002 (the journal says what waits)
        """Look into the journal."""
        with translated():
            from evergreen.flows.confirmation import question_of
            from evergreen.flows.workspace import open_workspace
            from evergreen.journal.requests import unconfirmed_requests

            waiting = unconfirmed_requests(open_workspace(self.model, connect=connect).journal.state())
        if not waiting:
            raise AirflowSkipException("No request waits to be confirmed.")
        question = question_of(self.model, waiting[0].request.request_id)
        return {"run_id": question.run_id, "conf": {"request_id": question.request}}
