"""What is looked at every two minutes for the whole fleet: promotions asked for in MLflow, and the newest predictions."""

from airflow.sdk import XComArg

from evergreen_airflow import operators as do
from evergreen_airflow.dags.governing import watch_dag
from evergreen_airflow.dags.monitoring import light_dag

EVERY = "*/2 * * * *"

with watch_dag(every=EVERY) as watch:
    requested = do.RequestedOperator(task_id="requested")
    do.TriggerOperator.partial(task_id="release").expand_kwargs(XComArg(requested))

with light_dag(every=EVERY) as predictions:
    do.LightOperator(task_id="light")
