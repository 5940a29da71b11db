"""RetrainRequest: somebody wants a model retrained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evergreen.core.value import Value
from evergreen.records.base import Record
from evergreen.records.run import Way

MAX_CAUSE = 300
"""Characters of the cause that a person notes who confirms a request."""


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """Who must confirm a request before it is served, and ``within`` what time: fixed when it was opened."""

    confirmers: tuple[str, ...]
    within: timedelta


@dataclass(frozen=True, kw_only=True)
class RetrainRequest(Record):
    """A durable request: open, then claimed by a run, then closed with an outcome.

    With a ``confirmation`` it is unconfirmed at first, and open when a person has confirmed it. ``as_of``, ``window``,
    ``hyperparameters`` and ``way`` go to the run that serves it; see `Run`. A request of the way
    ``schedule`` was asked for by new data.
    """

    model: str
    request_id: str
    asked_by: str
    reason: str
    as_of: datetime | None = None
    window: timedelta | None = None
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    way: Way = Way.REQUEST
    confirmation: Confirmation | None = None
