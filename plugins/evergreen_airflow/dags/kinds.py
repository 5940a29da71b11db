"""The three kinds of DAG that a model has, without their tasks: the DAG files wire those."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param

from evergreen.spec.model import ModelSpec
from evergreen_airflow.dags.form import form_of
from evergreen_airflow.dags.names import dag_id_of
from evergreen_airflow.dags.schedule import schedule_of
from evergreen_airflow.dags.text import doc_of

RETRIES = {
    "retries": 3,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": 4.0,
    "max_retry_delay": timedelta(minutes=5),
}
"""An outage is waited out for about two minutes (5, 20, 80 seconds); a killed task starts again after five seconds."""
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
"""A moment before any run: a schedule without end must begin somewhere."""


def retrain_dag(spec: ModelSpec) -> DAG:
    """``retrain__<model>``: the spec's schedule and form, one run at a time."""
    return DAG(
        dag_id_of("retrain", spec.name),
        description=f"From raw data to a challenger. {spec.purpose}"[:200],
        params=form_of(spec),
        max_active_runs=1,
        default_args=_defaults(spec),
        **schedule_of(spec),
        **_page(spec, "retrain"),
    )


def release_dag(spec: ModelSpec) -> DAG:
    """``release__<model>``: takes the challenger of one retraining run to champion."""
    run_id = Param(
        type="string",
        minLength=1,
        maxLength=250,
        title="Retraining run",
        description="Id of the run that made the challenger.",
    )
    return DAG(
        dag_id_of("release", spec.name),
        description="From a challenger to champion.",
        schedule=None,
        params={"run_id": run_id},
        default_args=_defaults(spec),
        is_paused_upon_creation=False,
        **_page(spec, "release"),
    )


def drift_watch_dag(spec: ModelSpec) -> DAG:
    """``drift_watch__<model>``: one run at a time, and the next one as soon as it has ended; its first task waits."""
    return DAG(
        dag_id_of("drift_watch", spec.name),
        description="Waits for retrain requests, and serves them.",
        schedule="@continuous",
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=1,
        default_args=_defaults(spec),
        is_paused_upon_creation=False,
        **_page(spec, "drift_watch"),
    )


def _defaults(spec: ModelSpec) -> dict[str, Any]:
    return {"owner": spec.owner.name, "execution_timeout": timedelta(hours=2), **RETRIES}


def _page(spec: ModelSpec, kind: str) -> dict[str, Any]:
    return {"tags": {"evergreen", kind, spec.owner.name[:100]}, "doc_md": doc_of(spec)}
