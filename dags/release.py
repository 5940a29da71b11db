"""``release__<model>`` for every folder of ``models/``: from a challenger to champion."""

from airflow.sdk import DAG, chain

from evergreen_airflow import operators as do
from evergreen_airflow.dags.fleet import Model, fleet
from evergreen_airflow.dags.kinds import release_dag


def wire(spec: Model) -> DAG:
    """A challenger that is superseded or not approved skips to ``report``; asking is one step, proving the answer another."""
    with release_dag(spec) as dag:
        chain(
            do.ApproveOperator(task_id="approve", model=spec.name),
            do.ConfirmOperator(task_id="confirm", model=spec.name),
            do.ReleaseOperator(task_id="release", model=spec.name),
            do.PromoteOperator(task_id="promote", model=spec.name),
            do.ReleaseReportOperator(task_id="report", model=spec.name),
        )
    return dag


globals().update(fleet("release", wire))
