"""Freeze and Lift: no version of a model, or of the fleet, becomes champion until somebody lifts it."""

from dataclasses import dataclass

from evergreen.records.base import Record

FLEET = "_fleet"
"""What stands for every model; no model folder can have this name."""


@dataclass(frozen=True, kw_only=True)
class Freeze(Record):
    """``model`` is a model's name or `FLEET`."""

    model: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Lift(Record):
    """The end of a freeze."""

    model: str
    by: str
    reason: str
