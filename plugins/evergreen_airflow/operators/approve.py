"""Approve: ask the approvers of a challenger, on Airflow's own page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from evergreen_airflow.operators.asking import AskingOperator, fixed
from evergreen_airflow.ui.links import page_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace


class ApproveOperator(AskingOperator):
    """Shows verdict and comparison and waits, without a process of its own, for one of the approvers.

    Where the policy asks for nobody it does nothing. Whatever the answer, `ConfirmOperator` comes next: it reads
    Airflow's record of the answer, so that how this task ended proves nothing.

    Parameters
    ----------
    model
        Name of the model folder.
    run_id
        The retraining run that made the challenger.
    """

    template_fields: Sequence[str] = ("model", "run_id")

    def __init__(self, *, model: str, run_id: str = "{{ params.run_id }}", **kwargs: Any) -> None:
        super().__init__(model=model, subject="May the challenger become champion?", form=_form("", ""), **kwargs)
        self.run_id = run_id

    def lay_out(self, ws: "Workspace", context: "Context") -> tuple[tuple[str, str], ...] | None:
        """The verdict and the comparison; nothing where the policy asks for nobody."""
        from evergreen.flows.approval import ask
        from evergreen.flows.question import body_of, pages_of, subject_of

        asking = ask(ws, self.run_id, context["ti"].run_id)
        if asking is None:
            self.log.info("The policy asks for nobody.")
            return None
        self.subject = subject_of(asking)
        links = [f"[{title}]({page_of(key)})" for title, key in pages_of(ws, self.run_id).items()]
        self.body = "\n\n".join([body_of(ws, self.run_id, asking), *links])
        self.response_timeout = asking.timeout
        self.show(_form(asking.question.verdict, asking.question.package))
        return asking.assigned


def _form(verdict: str, package: str) -> dict[str, Param]:
    return {
        "reason": Param(
            None,
            type=["null", "string"],
            maxLength=500,
            title="Reason",
            description="Kept in the journal.",
            source="task",
        ),
        "verdict": fixed(verdict, "Verdict", "Digest of the verdict that is answered; leave it as it is."),
        "package": fixed(package, "Package", "Digest of what would serve; leave it as it is."),
    }
