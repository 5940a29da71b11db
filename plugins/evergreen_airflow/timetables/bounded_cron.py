"""A cron schedule that ends, while runs by hand and by request go on.

A DAG's own ``end_date`` would do the first, but it also holds back every task of a run by hand that is started after it.
"""

from datetime import datetime
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable


class BoundedCronTimetable(CronTriggerTimetable):
    """Times of a cron expression in UTC, up to and with ``until``."""

    def __init__(self, cron: str, *, until: datetime) -> None:
        super().__init__(cron, timezone="UTC")
        self.until = until

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next time that is due, or None past the end."""
        info = super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
        return None if info is None or info.run_after > self.until else info

    def serialize(self) -> dict[str, Any]:
        """What Airflow stores of it."""
        return {"expression": self._expression, "until": self.until.isoformat()}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "BoundedCronTimetable":
        """Read what ``serialize`` wrote."""
        return cls(data["expression"], until=datetime.fromisoformat(data["until"]))
