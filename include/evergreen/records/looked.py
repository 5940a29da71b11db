"""Looked: what one step of monitoring did."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Looked(Record):
    """The times for which a step gave a report; none where nothing was due, and ``reason`` says why."""

    model: str
    as_of: tuple[datetime, ...]
    reason: str = ""
