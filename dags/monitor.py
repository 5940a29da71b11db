"""``monitor__<model>`` for every folder of ``models/``: what the champion meets, how it does, and what that leads to."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.monitoring import monitor_dag


def wire(spec: Model) -> DAG:
    """A retraining is asked for in the journal, where drift_watch finds it; a rollback and a question are runs of their own."""
    model = spec.name
    with monitor_dag(spec) as dag:
        decide = do.DecideOperator(task_id="decide", model=model)
        chain(
            *(do.MonitorOperator(task_id=step, step=step, model=model) for step in ("profile", "drift", "performance")),
            decide,
            do.AlertOperator(task_id="alert", model=model),
        )
        chain(
            decide,
            do.RollbackFoundOperator(task_id="rollback_found"),
            do.TriggerFoundOperator(task_id="rollback", trigger_dag_id=f"rollback__{model}", found="rollback_found"),
        )
        if spec.monitoring.retraining.confirm == "required":
            chain(
                decide,
                do.UnconfirmedOperator(task_id="unconfirmed", model=model),
                do.TriggerFoundOperator(task_id="confirm", trigger_dag_id=f"confirm__{model}", found="unconfirmed"),
            )
    return dag


globals().update(fleet("monitor", wire))
