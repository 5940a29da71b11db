"""Ask: put a retrain request before its confirmers, on Airflow's own page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from evergreen.records.request import MAX_CAUSE
from evergreen_airflow.operators.asking import AskingOperator, fixed
from evergreen_airflow.ui.links import page_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace


class AskOperator(AskingOperator):
    """Shows what monitoring has found and waits, without a process of its own, for one of the confirmers.

    Skipped when the request waits for nobody any more. Whatever the answer, `AnswerOperator` comes next: it reads
    Airflow's record of the answer, so that how this task ended proves nothing.

    Parameters
    ----------
    model
        Name of the model folder.
    request_id
        The retrain request.
    """

    template_fields: Sequence[str] = ("model", "request_id")

    def __init__(self, *, model: str, request_id: str = "{{ params.request_id }}", **kwargs: Any) -> None:
        super().__init__(model=model, subject="May the model be retrained?", form=_form(""), **kwargs)
        self.request_id = request_id

    def lay_out(self, ws: "Workspace", context: "Context") -> tuple[tuple[str, str], ...] | None:
        """What was found, and who must say what the cause is; nothing when the time is over."""
        from evergreen.flows import confirmation

        asking = confirmation.ask(ws, self.request_id, context["ti"].run_id)
        if asking is None:
            self.log.info("The time to confirm request %s is over.", self.request_id)
            return None
        self.subject = f"May {self.model} be retrained?"
        key = confirmation.page_of(asking)
        links = [f"[The report]({page_of(key)})"] if key else []
        self.body = "\n\n".join([confirmation.body_of(ws, asking), *links])
        self.response_timeout = asking.timeout
        self.show(_form(asking.question.request))
        return asking.assigned


def _form(request: str) -> dict[str, Param]:
    """While the DAG is parsed no cause is known: nobody need give one then, and a blank one is never taken."""
    return {
        "reason": Param(
            None,
            type="string" if request else ["null", "string"],
            minLength=1,
            maxLength=MAX_CAUSE,
            pattern=r"\S",
            title="Cause",
            description="What has changed, and why retraining mends it, or does not. Kept in the journal.",
            source="task",
        ),
        "request": fixed(request, "Request", "The retrain request that is answered; leave it as it is."),
    }
