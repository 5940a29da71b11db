"""``govern__registry`` and ``govern__freeze``, one of each for the fleet."""

from evergreen_airflow import operators as do
from evergreen_airflow.dags.governing import freeze_dag, registry_dag

EVERY = "7 * * * *"  # not at the full hour, when everybody's DAGs start

with registry_dag(every=EVERY) as registry:
    do.GovernOperator(task_id="govern") >> do.FleetAlertOperator(task_id="alert")

with freeze_dag() as freeze:
    do.FreezeOperator(task_id="freeze")
