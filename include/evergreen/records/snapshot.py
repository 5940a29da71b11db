"""Snapshot: a manifest of immutable parts."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Column:
    """Name and Arrow type (``int64``, ``double``, ``string``, ``timestamp[us, tz=UTC]``, …) of a column."""

    name: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """A raw object, or the rows of one SQL query, as it was read."""

    key: str
    etag: str
    size: int
    interval: Interval
    producer_run: str | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """An immutable piece of the data: ``parts/<rows_sha256>.parquet``.

    Attributes
    ----------
    rows_sha256
        Digest of the rows in a defined order, whatever the Parquet encoding.
    events
        First and last event time, as a half-open interval; None for a part without rows.
    """

    key: str
    rows_sha256: str
    rows: int
    bytes: int
    events: Interval | None
    source: Source


@dataclass(frozen=True, kw_only=True)
class Snapshot(Record):
    """The rows of ``parts`` with an event time in ``window``.

    Attributes
    ----------
    event_time
        The column by which rows belong to the window.
    keys
        The columns that together name a row; readers sort by event time, then keys.
    rows
        Rows within the window.
    rows_sha256
        Identity of the data: digest over window, columns and the parts' row digests.
    """

    model: str
    as_of: datetime
    window: Interval
    event_time: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    rows: int
    rows_sha256: str
