"""The DAGs that look at champions, without their tasks: the DAG files wire those."""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, Param

from evergreen.spec.model import ModelSpec
from evergreen_airflow.dags.form import MOMENT
from evergreen_airflow.dags.kinds import RETRIES
from evergreen_airflow.dags.names import dag_id_of
from evergreen_airflow.dags.text import doc_of

LIGHT = """# Look at the newest predictions

Bursts of nulls and of unknown categories in the newest files of the prediction log, and hours without predictions where
there always are some, for every model. What is found is told once, and told again when it is over.
"""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def monitor_dag(spec: ModelSpec) -> DAG:
    """``monitor__<model>``: looks at the champion a quarter of an hour after each step of the spec, and by hand."""
    as_of = Param(
        None,
        type=["null", "string"],
        format="date-time",
        pattern=MOMENT,
        title="As of",
        description="Reports are made up to this time. Empty: up to now.",
    )
    monitoring = spec.monitoring
    return DAG(
        dag_id_of("monitor", spec.name),
        description="What the champion meets and how it does: drift, performance, and what they lead to.",
        schedule=CronTriggerTimetable(cron_of(monitoring.every), timezone="UTC") if monitoring.enabled else None,
        catchup=False,  # a run makes up for every report that is missing
        max_active_runs=1,
        params={"as_of": as_of},
        default_args={"owner": spec.owner.name, "execution_timeout": timedelta(hours=2), **RETRIES},
        tags={"evergreen", "monitor", spec.owner.name[:100]},
        doc_md=doc_of(spec),
    )


def confirm_dag(spec: ModelSpec) -> DAG:
    """``confirm__<model>``: puts a retrain request of monitoring before its confirmers; waiting, it holds up nothing."""
    request_id = Param(
        type="string", minLength=1, maxLength=200, title="Request", description="Id of the retrain request."
    )
    return DAG(
        dag_id_of("confirm", spec.name),
        description="Asks a person whether to retrain, and why.",
        schedule=None,
        params={"request_id": request_id},
        default_args={"owner": spec.owner.name, "execution_timeout": timedelta(hours=2), **RETRIES},
        is_paused_upon_creation=False,
        tags={"evergreen", "confirm", spec.owner.name[:100]},
        doc_md=doc_of(spec),
    )


def cron_of(every: timedelta) -> str:
    """When to look for reports that are due.

    >>> cron_of(timedelta(days=7)), cron_of(timedelta(hours=6)), cron_of(timedelta(minutes=10))
    ('15 0 * * *', '15 * * * *', '*/5 * * * *')
    """
    if every >= DAY:
        return "15 0 * * *"
    return "15 * * * *" if every >= HOUR else "*/5 * * * *"


def light_dag(*, every: str) -> DAG:
    """``watch__predictions``: the light check of the fleet, at the times of the cron expression ``every``."""
    return DAG(
        "watch__predictions",
        description="Tells a burst of nulls in served traffic within minutes.",
        schedule=CronTriggerTimetable(every, timezone="UTC"),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args={"owner": "evergreen", "execution_timeout": timedelta(minutes=10), **RETRIES},
        tags={"evergreen", "monitor"},
        doc_md=LIGHT,
    )
