"""Rules on what stands around a candidate: its data, its costs, its security, and rules of the model folder."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from evergreen.core.value import Value
from evergreen.spec.base import Duration, Misfit, Name
from evergreen.spec.rule import Bounded, Rule

SpanName = Literal["train", "calibration", "test", "mature"]
AdvisoryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+-[A-Za-z0-9-]{1,60}$")]


class Rows(Rule):
    """A span must hold enough rows with a label."""

    rule: Literal["rows"]
    """Enough rows."""
    span: SpanName = "train"
    """Which span of the split."""
    at_least: int = Field(ge=1)
    """The fewest rows that pass."""


class LabelRate(Bounded):
    """The mean of the label (binary: the share of positives) must lie within bounds."""

    rule: Literal["label_rate"]
    """A label that is as frequent as it should be."""
    span: SpanName = "train"
    """Which span of the split."""


class Freshness(Rule):
    """The newest row must not be too old at ``as_of``."""

    rule: Literal["freshness"]
    """Rows that are new enough."""
    at_most: Duration
    """The greatest age of the newest row."""

    @model_validator(mode="after")
    def _some_age(self) -> Self:
        if self.at_most <= timedelta(0):
            raise Misfit(("at_most",), "is no age: expected a duration such as 2d")
        return self


class Budget(Rule):
    """A resource must not be used beyond a budget, or beyond a multiple of what the champion takes."""

    rule: Literal["budget"]
    """A budget for one resource."""
    resource: Literal["package_bytes", "peak_memory_bytes", "training_cpu_seconds", "training_cost"]
    """What is counted. ``training_cost`` is in currency units."""
    at_most: float | None = Field(None, gt=0)
    """The most that passes."""
    times_champion: float | None = Field(None, gt=0)
    """The most that passes, as a multiple of what the champion takes."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_most is None and self.times_champion is None:
            raise Misfit(("at_most",), "is missing, and so is times_champion: give one of them, or both")
        return self


class TrustedTypes(Rule):
    """The model file must hold only types of Evergreen's own allow-list."""

    rule: Literal["trusted_types"]
    """Only types that may be served."""


class Advisories(Rule):
    """No package of the model's environment may have a known vulnerability."""

    rule: Literal["advisories"]
    """No known vulnerability."""
    accepted: tuple[AdvisoryId, ...] = ()
    """Advisories that somebody has looked at and that do not count, by id or alias."""


class AvailableFeatures(Rule):
    """The model must ask for nothing that is not known when it predicts."""

    rule: Literal["available_features"]
    """Only what is known at prediction time."""


class Custom(Rule):
    """A function of the model folder decides."""

    rule: Literal["custom"]
    """A rule of your own."""
    function: str = Field(pattern=r"^[a-z_][a-z0-9_]*:[A-Za-z_]\w*$")
    """``module:function`` in the model folder."""
    arguments: dict[Name, Value] = Field(default_factory=dict)
    """Passed to the function as keyword arguments."""

    @model_validator(mode="after")
    def _numbers_are_given_anyway(self) -> Self:
        if "numbers" in self.arguments:
            raise Misfit(("arguments", "numbers"), "is the name under which the function gets the evidence")
        return self
