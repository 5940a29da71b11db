"""What all rules of a policy share."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evergreen.spec.base import Misfit, SpecPart

Severity = Literal["block", "warn"]
JudgedBy = Literal["value", "worst_end", "best_end"]
"""Which number of an estimate is held against a bound.

``value`` is the estimate itself. ``worst_end`` of its interval asks for proof that the bound is kept, ``best_end`` for
proof that it is broken.
"""


class Rule(SpecPart):
    """One rule of a policy."""

    rule: str
    """Which rule."""
    severity: Severity = "block"
    """``block`` refuses the candidate, ``warn`` is only reported."""

    @property
    def words(self) -> str:
        """The rule and what was set of it, on one line.

        >>> from evergreen.spec.performance import Minimum
        >>> Minimum(rule="minimum", metric="roc_auc", at_least=0.6).words
        'minimum: metric roc_auc, at_least 0.6'
        """
        given = self.model_dump(mode="json", exclude_unset=True, exclude={"rule", "severity"})
        written = ", ".join(f"{key} {value}" for key, value in given.items())
        return f"{self.rule}: {written}" if written else self.rule


class GroupRule(Rule):
    """A rule on parts of the rows, some of which may be too small to be judged."""

    too_small: Severity | None = None
    """Severity of what is too small to be judged; unset: that of the rule."""


class Bounded(Rule):
    """A rule with ``at_least`` or ``at_most``, or both."""

    at_least: float | None = None
    """The least that passes; unset means no bound."""
    at_most: float | None = None
    """The most that passes; unset means no bound."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise Misfit(("at_least",), "is missing, and so is at_most: give one of them, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise Misfit(("at_most",), f"{self.at_most} is below at_least, {self.at_least}")
        return self


class WithMargin(SpecPart):
    """A loss that is borne."""

    margin: float = Field(0.0, ge=0)
    """The loss against the champion that is borne."""
