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
        case OnData() | Unscheduled():  # new data makes a request, which drift_watch serves
            return {"schedule": None}


def raw_asset(model: str) -> Asset:
    """The asset by whose events other DAGs announce data of ``model``, with ``{"end": …}`` of the interval as extra."""
    return Asset(name=f"{model}__raw", uri=f"evergreen://{model}/raw", group="evergreen")


def requested_asset(model: str) -> Asset:
    """The asset with an event for each retrain request that is about to be served: ``{"request_id": …}`` as extra."""
    return Asset(name=f"{model}__retrain_requested", uri=f"evergreen://{model}/retrain_requested", group="evergreen")


def _timetable(cron: Cron) -> Any:
    if cron.end is None:
        return CronTriggerTimetable(cron.expression, timezone="UTC")
    from evergreen_airflow.timetables.bounded_cron import BoundedCronTimetable

    return BoundedCronTimetable(cron.expression, until=cron.end)
