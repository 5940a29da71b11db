"""A half-open interval of event time, in UTC."""

from dataclasses import dataclass
from datetime import datetime

DAY_US = 86_400_000_000
"""Microseconds of a day: event times are kept in microseconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """The times ``t`` with ``start <= t < end``.

    >>> from datetime import UTC
    >>> march = Interval(start=datetime(2013, 3, 1, tzinfo=UTC), end=datetime(2013, 4, 1, tzinfo=UTC))
    >>> march.start in march, march.end in march
    (True, False)
    """

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end
