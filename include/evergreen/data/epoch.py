"""Moments as whole microseconds since 1970, as Arrow and DuckDB hold them.

>>> moment(microseconds(datetime(2013, 1, 1, tzinfo=UTC))).year
2013
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Microseconds from the epoch to an aware time, exactly."""
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """The time, in UTC, so many microseconds after the epoch."""
    return EPOCH + microseconds * MICROSECOND
