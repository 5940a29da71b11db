"""``monitor__<model>`` for every folder of ``models/``: what the champion meets, how it does, and what that leads to."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.monitoring import monitor_dag


def wire(spec: Model) -> DAG:
    """A retraining is asked for in the journal, where drift_watch finds it; a rollback is a run of its own DAG."""
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
            do.TriggerOperator(
                task_id="rollback",
                trigger_dag_id=f"rollback__{model}",
                trigger_run_id="{{ ti.xcom_pull(task_ids='rollback_found')['run_id'] }}",
                conf="{{ ti.xcom_pull(task_ids='rollback_found')['conf'] | tojson }}",
            ),
        )
    return dag


globals().update(fleet("monitor", wire))
