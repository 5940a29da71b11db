"""A cron schedule that ends."""

from datetime import UTC, datetime

from airflow.timetables.base import DataInterval, TimeRestriction
from pendulum import instance

from evergreen_airflow.timetables.bounded_cron import BoundedCronTimetable

START, UNTIL = datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 5, 1, 6, tzinfo=UTC)


def _times(timetable: BoundedCronTimetable) -> list[str]:
    """What the scheduler would run, one after the other."""
    last, times = None, []
    restriction = TimeRestriction(earliest=instance(START), latest=None, catchup=True)
    while info := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        times.append(info.run_after.isoformat())
        last = DataInterval.exact(info.run_after)
    return times


def test_it_runs_up_to_and_with_its_end() -> None:
    assert _times(BoundedCronTimetable("0 6 1 * *", until=UNTIL)) == [
        "2013-03-01T06:00:00+00:00",
        "2013-04-01T06:00:00+00:00",
        "2013-05-01T06:00:00+00:00",
    ]


def test_airflow_stores_and_reads_it() -> None:
    once = BoundedCronTimetable("0 6 1 * *", until=UNTIL)
    assert _times(BoundedCronTimetable.deserialize(once.serialize())) == _times(once)


def test_a_run_by_hand_after_the_end_gets_an_interval() -> None:
    late = instance(datetime(2026, 1, 1, tzinfo=UTC))
    assert BoundedCronTimetable("0 6 1 * *", until=UNTIL).infer_manual_data_interval(run_after=late).end == late
