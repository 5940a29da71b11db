"""RollbackFound: goes on to a rollback when that is what monitoring has decided."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

if TYPE_CHECKING:
    from airflow.sdk import Context


class RollbackFoundOperator(BaseOperator):
    """Gives the id and the form of the rollback's run, which derive from the report: asked twice, it is rolled back once.

    The form names the champion that the report is on: when another one serves by then, the rollback is refused.

    Parameters
    ----------
    decided
        The task that decided.
    """

    ui_color = "#e6f4ea"

    def __init__(self, *, decided: str = "decide", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decided = decided

    def execute(self, context: "Context") -> dict[str, Any]:
        """Look at the decision."""
        found = context["ti"].xcom_pull(task_ids=self.decided)
        if found["action"] != "rollback":
            raise AirflowSkipException(f"The decision is: {found['action']}.")
        reason = f"Monitoring found: {found['reason']}"[:500]
        return {"run_id": found["rollback_run"], "conf": {"champion": found["version"], "reason": reason}}
