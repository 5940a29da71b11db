"""Alerts: what people are told, what they were told already, and what they do not want to hear for a while."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Alert(Record):
    """One message.

    Attributes
    ----------
    source
        Which looks it comes from: ``monitoring``, ``light check`` or ``governance``.
    kind
        ``finding``: it stands until a look does not find it any more; then it is followed by a ``recovery``. ``notice``: it
        is over when it is told, such as what was repaired at once.
    name
        Names the finding, through all looks.
    title, body
        Plain text. The body says why, and what happens next; its first line alone is logged.
    since
        When it began.
    """

    model: str
    source: str
    kind: Literal["finding", "recovery", "notice"]
    name: str
    title: str
    body: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An alert on its way, and the Airflow connections that have been told."""

    alert: Alert
    told: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mute:
    """Nobody is told of a finding until a time. ``name`` None: of no finding of the model."""

    name: str | None
    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AlertBook(Record):
    """Everything that is remembered of a model's alerts.

    Attributes
    ----------
    standing
        The findings that stood at the last look of their source, as they were first told; and what waits for a person.
    waiting
        Alerts that not every connection has been told, the oldest first.
    mutes
        Also those that are over, until the next look.
    """

    model: str
    standing: tuple[Alert, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    mutes: tuple[Mute, ...] = ()

    def mute_of(self, name: str, at: datetime) -> Mute | None:
        """What mutes this finding then; None when nothing does."""
        return next((m for m in self.mutes if m.name in (None, name) and m.until > at), None)
