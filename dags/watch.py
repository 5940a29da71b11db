"""``watch__registry``, one for the fleet: a promotion that somebody asks for in MLflow starts its release."""

from airflow.sdk import XComArg

from evergreen_airflow import operators as do
from evergreen_airflow.dags.governing import watch_dag

EVERY = "*/2 * * * *"

with watch_dag(every=EVERY) as watch:
    requested = do.RequestedOperator(task_id="requested")
    do.TriggerOperator.partial(task_id="release").expand_kwargs(XComArg(requested))
