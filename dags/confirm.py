"""``confirm__<model>`` for every folder of ``models/`` whose retrainings a person confirms."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.monitoring import confirm_dag


def wire(spec: Model) -> DAG | None:
    """Asking is one step, reading the answer another: how the first one ended proves nothing."""
    if spec.monitoring.retraining.confirm == "auto":
        return None
    with confirm_dag(spec) as dag:
        chain(
            do.AskOperator(task_id="ask", model=spec.name),
            do.AnswerOperator(task_id="answer", model=spec.name),
        )
    return dag


globals().update(fleet("confirm", wire))
