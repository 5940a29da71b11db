"""The DAG of a folder that cannot be read: it shows, it says why, and it does nothing."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from evergreen_airflow.dags.names import dag_id_of

if TYPE_CHECKING:
    from airflow.sdk import Context


class BrokenOperator(BaseOperator):
    """Fails with the reason for which its model has no real DAG."""

    ui_color = "#fce8e6"

    def __init__(self, *, reason: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason = reason

    def execute(self, context: "Context") -> None:  # noqa: ARG002 (nothing depends on the run)
        """Fail."""
        raise AirflowFailException(self.reason)


def placeholder(kind: str, folder: str, reason: str) -> DAG:
    """A DAG with the error as its text and one task that fails with it."""
    with DAG(
        dag_id_of(kind, folder),
        schedule=None,
        tags={"evergreen", "broken"},
        doc_md=f"# `{folder}` cannot be used\n\n```\n{reason}\n```\n\nMend the folder; this DAG then becomes the real one.",
        dag_display_name=f"{kind}__{folder} (broken)",
        is_paused_upon_creation=True,
    ) as dag:
        BrokenOperator(task_id="broken", reason=reason)
    return dag
