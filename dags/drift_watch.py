"""``drift_watch__<model>`` for every folder of ``models/``: serves requests, each by one run; new data makes one."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.kinds import drift_watch_dag

EVERY = "* * * * *"


def wire(spec: Model) -> DAG:
    """The run's id derives from the request, so that a request which is claimed twice is served once."""
    with drift_watch_dag(spec, every=EVERY) as dag:
        claim = do.ClaimOperator(task_id="claim", model=spec.name, trigger_rule="all_done")
        if spec.schedule.kind == "on_data":
            do.LandedOperator(task_id="landed", model=spec.name, announced=spec.source.kind == "sql") >> claim
        chain(
            claim,
            do.TriggerOperator(
                task_id="retrain",
                trigger_dag_id=f"retrain__{spec.name}",
                trigger_run_id="{{ ti.xcom_pull(task_ids='claim')['run_id'] }}",
                conf="{{ ti.xcom_pull(task_ids='claim')['conf'] | tojson }}",
            ),
        )
        chain(
            do.RequestedOperator(task_id="requested", model=spec.name),
            do.TriggerOperator(
                task_id="release",
                trigger_dag_id=f"release__{spec.name}",
                trigger_run_id="{{ ti.xcom_pull(task_ids='requested')['release_run'] }}",
                conf={"run_id": "{{ ti.xcom_pull(task_ids='requested')['run_id'] }}"},
            ),
        )
    return dag


globals().update(fleet("drift_watch", wire))
