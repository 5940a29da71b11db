"""Announcement: up to when the rows of a query are complete, by word of the events of the model's asset."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evergreen.flows.landed import Announcement

log = logging.getLogger(__name__)

EVENTS = 100
"""How many of the newest events of the asset are read: those that came since the last look are among them."""


def announcement_of(events: Iterable[Any]) -> "Announcement | None":
    """The latest end that events announce, by word of the newest one. Without an end, or with one to come: its moment.

    An event whose end is no time is passed over, with a warning.
    """
    from evergreen.flows.landed import Announcement

    heard = [(event.timestamp, end) for event in events if (end := _end_of(event)) is not None]
    if not heard:
        return None
    end = max(min(each) for each in heard)
    return Announcement(end=end.astimezone(UTC), word=max(at for at, _ in heard).astimezone(UTC).isoformat())


def _end_of(event: Any) -> datetime | None:
    text = (event.extra or {}).get("end")
    try:
        end: datetime = datetime.fromisoformat(text) if text else event.timestamp
    except (TypeError, ValueError):
        log.warning(
            "The event of %s says end=%.100r, which is no time: write 2013-07-01T00:00:00Z.", event.timestamp, text
        )
        return None
    return end.replace(tzinfo=UTC) if end.tzinfo is None else end
