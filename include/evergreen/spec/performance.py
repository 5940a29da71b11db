"""Rules on the metrics of a candidate: by themselves, against a trivial baseline, against the champion."""

from typing import Literal

from pydantic import Field

from evergreen.spec.rule import JudgedBy, Rule, WithMargin


class Minimum(Rule):
    """The challenger's metric must reach a value."""

    rule: Literal["minimum"]
    """A value to reach."""
    metric: str
    """A metric of the task of which more is better."""
    at_least: float
    """The value that the challenger must reach."""
    strictly: bool = False
    """Whether the value itself is not enough."""
    judged_by: JudgedBy = "value"
    """The number itself, or the worst or best end of its interval."""


class Maximum(Rule):
    """The challenger's metric must not pass a value."""

    rule: Literal["maximum"]
    """A value not to pass."""
    metric: str
    """A metric of the task of which less is better."""
    at_most: float
    """The value that the challenger must not pass."""
    strictly: bool = False
    """Whether the value itself is too much."""
    judged_by: JudgedBy = "value"
    """The number itself, or the worst or best end of its interval."""


class BetterThanBaseline(Rule):
    """The paired interval of challenger minus trivial baseline must lie above ``by`` (below -by where less is better)."""

    rule: Literal["better_than_baseline"]
    """Better than a trivial model."""
    metric: str
    """A metric of the task."""
    by: float = Field(0.0, ge=0)
    """The least improvement that counts."""


class BetterThanChampion(Rule):
    """The paired interval of challenger minus champion must lie above ``by``. Passes while there is no champion."""

    rule: Literal["better_than_champion"]
    """Better than what serves."""
    metric: str
    """A metric of the task."""
    by: float = Field(0.0, ge=0)
    """The least improvement that counts."""


class NotWorseThanChampion(Rule, WithMargin):
    """The paired interval of challenger minus champion must lie above ``-margin``. Passes while there is no champion."""

    rule: Literal["not_worse_than_champion"]
    """Not worse than what serves."""
    metric: str
    """A metric of the task."""


class BetterOrCheaper(Rule, WithMargin):
    """Better than the champion, or not worse than it and cheaper. Passes while there is no champion."""

    rule: Literal["better_or_cheaper"]
    """Better than what serves, or as good and cheaper."""
    metric: str
    """A metric of the task."""
    resource: Literal["training_cpu", "package_size"] = "training_cpu"
    """What must be saved: CPU seconds of training for each row, or bytes of the package."""
    saving: float = Field(0.1, gt=0, lt=1)
    """The least saving that counts, as a share of what the champion takes."""


class Looks(Rule):
    """The test span must not have been looked at too often."""

    rule: Literal["looks"]
    """How often other packages were measured on the test span before."""
    severity: Literal["block", "warn"] = "warn"
    """``block`` refuses the candidate, ``warn`` is only reported."""
    at_most: int = Field(ge=0)
    """The most earlier looks that pass."""
