"""From the schedule of a spec to the arguments of a DAG."""

from typing import Any

from airflow.sdk import Asset, CronTriggerTimetable

from evergreen.spec.model import ModelSpec
from evergreen.spec.training import Cron, OnData, Unscheduled


def schedule_of(spec: ModelSpec) -> dict[str, Any]:
    """``schedule``, and with a cron expression ``start_date`` and ``catchup``."""
    match spec.schedule:
        case Cron() as cron:
            return {"schedule": _timetable(cron), "start_date": cron.start, "catchup": cron.catchup}
        case OnData():
            return {"schedule": [raw_asset(spec.name)], "catchup": False}
        case Unscheduled():
            return {"schedule": None}


def raw_asset(model: str) -> Asset:
    """The asset that whoever lands raw intervals of ``model`` tells of, with ``{"end": …}`` of the interval as extra."""
    return Asset(name=f"{model}__raw", uri=f"evergreen://{model}/raw", group="evergreen")


def _timetable(cron: Cron) -> Any:
    if cron.end is None:
        return CronTriggerTimetable(cron.expression, timezone="UTC")
    from evergreen_airflow.timetables.bounded_cron import BoundedCronTimetable

    return BoundedCronTimetable(cron.expression, until=cron.end)
