"""``retrain__<model>`` for every folder of ``models/``: from raw data to a challenger."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.kinds import retrain_dag


def wire(spec: Model) -> DAG:
    """A refusal of ``validate`` or ``gate`` skips to ``report``; a challenger goes on to its release."""
    model, pool = spec.name, spec.training.pool
    with retrain_dag(spec) as dag:
        chain(
            do.SnapshotOperator(task_id="snapshot", model=model),
            do.ValidateOperator(task_id="validate", model=model),
            do.SplitOperator(task_id="split", model=model),
            do.TrainOperator(task_id="train", model=model, pool=pool),
            do.RegisterOperator(task_id="register", model=model),
            do.PackageOperator(task_id="package", model=model),
            do.EvaluateOperator(task_id="evaluate", model=model),
            do.GateOperator(task_id="gate", model=model),
            do.RefitOperator(task_id="refit", model=model, pool=pool),
            [do.CardOperator(task_id="card", model=model), do.ReferenceOperator(task_id="reference", model=model)],
            do.ReportOperator(task_id="report", model=model),
            do.TriggerOperator(
                task_id="release",
                trigger_dag_id=f"release__{model}",
                trigger_run_id="release__{{ run_id }}__v{{ ti.xcom_pull(task_ids='refit')['version'] }}",
                conf={"run_id": "{{ run_id }}"},
            ),
        )
    return dag


globals().update(fleet("retrain", wire, placeholders=True))
