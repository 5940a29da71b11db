"""``drift_watch__<model>`` for every folder of ``models/``: serves requests, each by one run; new data makes one."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.kinds import drift_watch_dag
from evergreen_airflow.sensors.drift import DriftSensor


def wire(spec: Model) -> DAG:
    """The run's id derives from the request, so that a request which is claimed twice is served once."""
    announced = spec.schedule.kind == "on_data" and spec.source.kind == "sql"
    with drift_watch_dag(spec) as dag:
        chain(
            DriftSensor(task_id="watch", model=spec.name, announced=announced),
            do.ClaimOperator(
                task_id="claim",
                model=spec.name,
                request_id="{{ ti.xcom_pull(task_ids='watch')['request_id'] }}",
            ),
            do.TriggerFoundOperator(task_id="retrain", trigger_dag_id=f"retrain__{spec.name}", found="claim"),
        )
    return dag


globals().update(fleet("drift_watch", wire))
