"""From a spec's schedule to Airflow's."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import CronTriggerTimetable

from evergreen.spec.model import ModelSpec
from evergreen_airflow.dags.schedule import raw_asset, schedule_of
from evergreen_airflow.timetables.bounded_cron import BoundedCronTimetable

Spec = Callable[..., ModelSpec]
START = datetime(2013, 3, 1, tzinfo=UTC)


def _cron(small_spec: Spec, **more: Any) -> ModelSpec:
    return small_spec(schedule={"kind": "cron", "expression": "0 6 1 * *", "start": START, **more})


def test_none_schedules_nothing(small_spec: Spec) -> None:
    assert schedule_of(small_spec()) == {"schedule": None}


def test_new_data_makes_a_request_and_needs_no_schedule(small_spec: Spec) -> None:
    assert schedule_of(small_spec(schedule={"kind": "on_data"})) == {"schedule": None}
    assert raw_asset("small").uri == "evergreen://small/raw"


def test_cron_starts_when_the_spec_says(small_spec: Spec) -> None:
    found = schedule_of(_cron(small_spec, catchup=True))
    assert isinstance(found["schedule"], CronTriggerTimetable)
    assert (found["start_date"], found["catchup"]) == (START, True)


def test_an_end_bounds_the_schedule_and_not_the_dag(small_spec: Spec) -> None:
    found = schedule_of(_cron(small_spec, end=datetime(2013, 3, 31, tzinfo=UTC)))
    assert isinstance(found["schedule"], BoundedCronTimetable)
    assert "end_date" not in found
