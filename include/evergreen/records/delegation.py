"""Delegation: an approver lends the right to answer, for a time."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Delegation(Record):
    """``delegate`` may answer for ``approver`` from ``since`` until ``until``; a later one of the same two replaces it."""

    model: str
    approver: str
    delegate: str
    since: datetime
    until: datetime
    reason: str
