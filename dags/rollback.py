"""``rollback__<model>`` for every folder of ``models/``: a former champion becomes champion again."""

from airflow.sdk import DAG

from evergreen_airflow import operators as do
from evergreen_airflow.dags.governing import each, rollback_dag


def wire(model: str) -> DAG:
    """One task: in an emergency nothing should stand before it."""
    with rollback_dag(model) as dag:
        do.RollbackOperator(task_id="rollback", model=model)
    return dag


globals().update(each("rollback", wire))
