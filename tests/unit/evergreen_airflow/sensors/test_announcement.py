"""Events of the asset announce the rows of a query."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from evergreen.flows.landed import Announcement
from evergreen_airflow.sensors.announcement import announcement_of

MAY, JUNE, JULY = (datetime(2013, month, 1, tzinfo=UTC) for month in (5, 6, 7))


def event(at: datetime, **extra: Any) -> Any:
    return SimpleNamespace(timestamp=at, extra=extra or None)


@pytest.mark.parametrize(
    ("events", "announced"),
    [
        ([], None),
        ([event(JULY)], (JULY, JULY)),
        ([event(JULY, end="2013-06-01T00:00:00Z")], (JUNE, JULY)),
        ([event(JULY, end="2013-05-01"), event(JUNE, end="2013-06-01T02:00:00+02:00")], (JUNE, JULY)),
        ([event(JUNE, end="2099-01-01T00:00:00Z")], (JUNE, JUNE)),
        ([event(JULY, end="soon"), event(JUNE, end="2013-05-01T00:00:00Z")], (MAY, JUNE)),
        ([event(JULY, end=7)], None),
    ],
)
def test_the_latest_end_counts_and_the_newest_event_is_its_word(
    events: list[Any], announced: tuple[datetime, datetime] | None
) -> None:
    found = announcement_of(events)
    assert found == (Announcement(end=announced[0], word=announced[1].isoformat()) if announced else None)
