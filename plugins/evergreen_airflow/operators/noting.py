"""What the operators share that are a DAG by themselves: one call, whose words become the note on the run."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.errors import translated
from evergreen_airflow.operators.reporting import NOTE_KEY
from evergreen_airflow.ui.note import note_of

if TYPE_CHECKING:
    from airflow.sdk import Context


class NotingOperator(BaseOperator):
    """Makes one call that needs no model folder. A refusal skips the task, and is the note as well."""

    ui_color = "#e6f4ea"

    def execute(self, context: "Context") -> dict[str, Any]:
        """Make the call."""
        try:
            with translated():
                text, summary = self.call(context)
        except AirflowSkipException as refused:
            self._note(context, str(refused))
            raise
        self._note(context, text)
        return summary

    def call(self, context: "Context") -> tuple[str, dict[str, Any]]:
        """The call: its words, and what goes to XCom."""
        raise NotImplementedError

    def _note(self, context: "Context", text: str) -> None:
        self.log.info("%s", text)
        context["ti"].xcom_push(key=NOTE_KEY, value=note_of(text))


def asked_by(context: "Context") -> str:
    """Who triggered the run."""
    return context["dag_run"].triggering_user_name or "airflow"
