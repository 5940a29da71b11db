"""The sole source of the present time.

>>> from datetime import UTC, datetime
>>> with frozen(datetime(2013, 3, 1, tzinfo=UTC)):
...     now().isoformat()
'2013-03-01T00:00:00+00:00'
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("evergreen_clock", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at ``at`` (an aware time) in this context: for tests and replays."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
