"""Approve: ask the approvers of a challenger, on Airflow's own page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect
from evergreen_airflow.ui.links import page_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.approval import Asking
    from evergreen.flows.workspace import Workspace


class ApproveOperator(ApprovalOperator):
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
    ui_color = "#e6f4ea"

    def __init__(self, *, model: str, run_id: str = "{{ params.run_id }}", **kwargs: Any) -> None:
        # The policy of the verdict replaces all of these; Airflow wants them now.
        super().__init__(
            subject="May the challenger become champion?",
            defaults=self.REJECT,
            response_timeout=timedelta(days=7),
            **{**kwargs, "params": _form("", "")},  # not those of the DAG's own form
        )
        self.model = model
        self.run_id = run_id

    def execute(self, context: "Context") -> dict[str, Any] | None:
        """Put the question, and wait."""
        with translated():
            from evergreen.flows.approval import ask
            from evergreen.flows.workspace import open_workspace

            ws = open_workspace(self.model, connect=connect)
            asking = ask(ws, self.run_id, context["ti"].run_id)
            if asking is None:
                self.log.info("The policy asks for nobody.")
                return {"asked": False}
            self._lay_out(ws, asking)
        self.log.info("%s asked: %s", self.subject, ", ".join(name for _, name in asking.assigned))
        return super().execute(context)  # type: ignore[no-any-return]

    def execute_complete(self, context: "Context", event: dict[str, Any]) -> dict[str, Any]:
        """Go on, whatever the answer: what it means is read from Airflow's record of it, not here."""
        answer = HITLOperator.execute_complete(self, context, event)
        return {"asked": True, "chosen": answer["chosen_options"]}

    def _lay_out(self, ws: "Workspace", asking: "Asking") -> None:
        from evergreen.flows.question import body_of, pages_of, subject_of

        self.subject = subject_of(asking)
        links = [f"[{title}]({page_of(key)})" for title, key in pages_of(ws, self.run_id).items()]
        self.body = "\n\n".join([body_of(ws, self.run_id, asking), *links])
        self.assigned_users = [{"id": known, "name": name} for known, name in asking.assigned]
        self.response_timeout = asking.timeout
        self.params = ParamsDict(_form(asking.question.verdict, asking.question.package))


def _form(verdict: str, package: str) -> dict[str, Param]:
    """The fields of the page. What the answer is to stands in it, and goes into Airflow's record with the answer."""
    return {
        "reason": Param(
            None,
            type=["null", "string"],
            maxLength=500,
            title="Reason",
            description="Kept in the journal.",
            source="task",
        ),
        "verdict": _fixed(verdict, "Verdict", "Digest of the verdict that is answered; leave it as it is."),
        "package": _fixed(package, "Package", "Digest of what would serve; leave it as it is."),
    }


def _fixed(value: str, title: str, description: str) -> Param:
    # While the DAG is parsed the value is not known, and what a person sends back is checked against that schema, too.
    allowed: dict[str, Any] = {"enum": [value]} if value else {}
    return Param(value, type="string", title=title, description=description, source="task", **allowed)
