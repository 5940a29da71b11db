"""Rules on parts of the rows: slices, and groups of people."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evergreen.spec.base import Misfit
from evergreen.spec.rule import Bounded, GroupRule, JudgedBy, WithMargin

Measure = Literal["demographic_parity_difference", "equalized_odds_difference", "disparate_impact_ratio"]
FOUR_FIFTHS = 0.8
"""The four-fifths rule: 29 CFR 1607.4 D, Uniform Guidelines on Employee Selection Procedures (1978)."""


class SliceBound(GroupRule, Bounded):
    """The metric must keep a bound on every slice."""

    rule: Literal["slices"]
    """A bound on every slice."""
    judged_by: JudgedBy = "value"
    """The number itself, or the worst or best end of its interval."""


class SlicesNotWorseThanChampion(GroupRule, WithMargin):
    """No slice may get worse than the champion by more than ``margin``. Passes while there is no champion."""

    rule: Literal["slices_not_worse_than_champion"]
    """No slice gets worse than what serves."""
    judged_by: JudgedBy = "best_end"
    """``best_end``: a slice fails that is proven worse; ``worst_end``: one that is not proven as good."""


class OfPeople(GroupRule):
    """A rule on how groups of people are treated."""

    measure: Measure = "demographic_parity_difference"
    """As fairlearn defines it; differences are 0 where groups are treated alike, the ratio is 1."""
    columns: tuple[str, ...] | None = Field(None, min_length=1)
    """Sensitive columns, or intersections such as ``sex x race``; unset: all that were evaluated."""
    judged_by: JudgedBy = "value"
    """The number itself, or the worst or best end of its interval."""


class FairnessBound(OfPeople):
    """Groups of people must be treated nearly alike."""

    rule: Literal["fairness"]
    """A bound on the disparity between groups."""
    at_most: float | None = Field(None, ge=0, le=1)
    """The largest difference that passes."""
    at_least: float | None = Field(None, ge=0, le=1)
    """The smallest ratio that passes; 0.8 where nothing is given."""
    strictly: bool = False
    """Whether the bound itself is not enough."""

    @property
    def bound(self) -> float:
        """What is asked: the least ratio, or the largest difference."""
        given = self.at_least if self.measure == "disparate_impact_ratio" else self.at_most
        return FOUR_FIFTHS if given is None else given

    @model_validator(mode="after")
    def _bound_goes_with_the_measure(self) -> Self:
        ratio = self.measure == "disparate_impact_ratio"
        if (self.at_most if ratio else self.at_least) is not None:
            right, wrong = ("at_least", "at_most") if ratio else ("at_most", "at_least")
            raise Misfit((wrong,), f"of {self.measure} {'more' if ratio else 'less'} is fairer: give {right}")
        if not ratio and self.at_most is None:
            raise Misfit(("at_most",), f"is missing: the largest {self.measure} that passes, such as 0.1")
        return self


class FairnessNotWorseThanChampion(OfPeople, WithMargin):
    """The disparity must not exceed the champion's by more than ``margin``. Passes while there is no champion."""

    rule: Literal["fairness_not_worse_than_champion"]
    """Treats groups of people no less alike than what serves."""
