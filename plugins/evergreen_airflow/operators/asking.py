"""What the questions to people share: they stand on Airflow's own page, and how their task ends proves nothing."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace


class AskingOperator(ApprovalOperator):
    """Puts a question, and waits for one of those who may answer without a process of its own.

    Whatever the answer, the task that comes next reads Airflow's record of it: what this one ends as or returns, which
    others may write, is not asked.

    Parameters
    ----------
    model
        Name of the model folder.
    form
        The fields of the page as they are while nothing is known of the question.
    """

    ui_color = "#e6f4ea"

    def __init__(self, *, model: str, subject: str, form: dict[str, Param], **kwargs: Any) -> None:
        # Subject, time-out and form are replaced when the question is put; Airflow wants them now.
        super().__init__(
            subject=subject,
            defaults=self.REJECT,
            response_timeout=timedelta(days=7),
            **{**kwargs, "params": form},  # not those of the DAG's own form
        )
        self.model = model

    def execute(self, context: "Context") -> dict[str, Any] | None:
        """Put the question, and wait; without one, go on."""
        with translated():
            from evergreen.flows.workspace import open_workspace

            assigned = self.lay_out(open_workspace(self.model, connect=connect), context)
        if assigned is None:
            return {"asked": False}
        self.assigned_users = [{"id": known, "name": name} for known, name in assigned]
        self.log.info("%s asked: %s", self.subject, ", ".join(name for _, name in assigned))
        return super().execute(context)  # type: ignore[no-any-return]

    def execute_complete(self, context: "Context", event: dict[str, Any]) -> dict[str, Any]:
        """Go on, whatever the answer: what it means is read from Airflow's record of it, not here."""
        answer = HITLOperator.execute_complete(self, context, event)
        return {"asked": True, "chosen": answer["chosen_options"]}

    def lay_out(self, ws: "Workspace", context: "Context") -> tuple[tuple[str, str], ...] | None:
        """Set subject, body, time-out and form; ids and names of those who may answer. None: nothing is to be asked."""
        raise NotImplementedError

    def show(self, form: dict[str, Param]) -> None:
        """Let these be the fields of the page."""
        self.params = ParamsDict(form)


def fixed(value: str, title: str, description: str) -> Param:
    """A field that says what the answer is to, and goes into Airflow's record with the answer."""
    # While the DAG is parsed the value is not known, and what a person sends back is checked against that schema, too.
    allowed: dict[str, Any] = {"enum": [value]} if value else {}
    return Param(value, type="string", title=title, description=description, source="task", **allowed)
