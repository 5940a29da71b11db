"""The part of a spec that says what a decision is, so that groups can be compared by it."""

from typing import Literal

from pydantic import Field

from evergreen.spec.base import SpecPart

BINARY_THRESHOLD = 0.5


class Fairness(SpecPart):
    """From scores to favourable decisions, by which the groups of ``columns.sensitive`` are compared."""

    threshold: float | int | None = None
    """Scores from here on are on the upper side. Binary: 0.5 when unset; a regression must say it; not for multiclass."""
    favourable_side: Literal["at_least", "below"] = "at_least"
    """Which side of the threshold is the favourable decision."""
    favourable_class: str | None = None
    """The favourable class of a multiclass task, which must say it."""
    min_group: int = Field(100, ge=1)
    """A group with fewer rows is left out, and named."""
