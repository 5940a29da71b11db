"""The rules by which a report on a champion becomes a finding, and what each finding leads to."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evergreen.spec.base import ColumnName, Duration, Misfit, SpecPart

Then = Literal["retrain", "rollback", "alert"]
"""What a finding leads to. Each one is alerted; ``retrain`` also asks for a retraining, ``rollback`` for the champion before."""

Statistic = Literal[
    "psi", "jensen_shannon", "kullback_leibler", "ks", "wasserstein", "null_rate", "new_share"
]  # fmt: skip
"""``null_rate`` is how much the share of nulls changed, ``new_share`` the share of categories that the reference lacks."""


class Persistence(SpecPart):
    """How often a rule must hold before it is a finding: in ``fired`` of the last ``of`` reports, the newest among them."""

    fired: int = Field(1, ge=1)
    """So many of the reports."""
    of: int = Field(1, ge=1, le=100)
    """So many reports are looked back on."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.fired > self.of:
            raise Misfit(("fired",), f"{self.fired} is more than of, {self.of}")
        return self


class Watch(SpecPart):
    """What all rules on a running model share."""

    rule: str
    """Which rule."""
    then: Then = "alert"
    """What a finding leads to."""
    windows: Persistence = Persistence()
    """How often it must hold."""


class Drift(Watch):
    """Much of what matters to the model has drifted: the share of drifting features, weighted by their importance."""

    rule: Literal["drift"]
    """The weighted share of features that drift."""
    above: float = Field(0.2, ge=0, lt=1)
    """The largest weighted share that is borne."""


class DriftedShare(Watch):
    """Many features have drifted, whatever they matter: "drift > 5%" is ``above: 0.05``."""

    rule: Literal["drifted_share"]
    """The plain share of features that drift."""
    above: float = Field(ge=0, lt=1)
    """The largest share that is borne."""


class ColumnDrift(Watch):
    """One statistic of one column, such as "a PSI of 0.1 in a key feature", by more than chance."""

    rule: Literal["column_drift"]
    """A statistic of a column."""
    column: ColumnName
    """A feature; or ``prediction`` or ``label``."""
    statistic: Statistic = "psi"
    """Which one."""
    above: float = Field(ge=0)
    """The largest value that is borne."""


class MetricRule(Watch):
    """A metric of the champion, against a bound or against what it was when it passed its gates."""

    metric: str
    """A metric of the task."""
    at_least: float | None = None
    """The least that is borne, of a metric of which more is better."""
    at_most: float | None = None
    """The most that is borne, of a metric of which less is better."""
    worse_by: float | None = Field(None, ge=0)
    """How much worse than at its evaluation it may be."""
    proven: bool = True
    """True: the whole interval must lie beyond the bound. False: the value alone decides."""

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.worse_by)) != 1:
            raise Misfit(("worse_by",), "give one of at_least, at_most and worse_by")
        return self


class Performance(MetricRule):
    """The metric as measured on rows whose labels have come."""

    rule: Literal["performance"]
    """A measured metric."""


class EstimatedPerformance(MetricRule):
    """The metric as estimated from the scores alone, for the time until the labels come."""

    rule: Literal["estimated_performance"]
    """An estimated metric."""


class Age(Watch):
    """The champion was fitted on old rows."""

    rule: Literal["age"]
    """How long ago its newest row is."""
    above: Duration
    """The greatest age that is borne."""


class FairnessWatch(Watch):
    """Groups of a sensitive column are treated too differently, in served decisions whose outcome is known."""

    rule: Literal["fairness"]
    """A disparity between groups."""
    measure: Literal["demographic_parity_difference", "equalized_odds_difference", "disparate_impact_ratio"]
    """As fairlearn defines it."""
    at_most: float | None = Field(None, ge=0, le=1)
    """The largest difference that is borne."""
    at_least: float | None = Field(None, ge=0, le=1)
    """The smallest ratio that is borne."""

    @model_validator(mode="after")
    def _bound_fits_the_measure(self) -> Self:
        ratio = self.measure.endswith("ratio")
        if (self.at_least is None) == ratio or (self.at_most is None) != ratio:
            raise Misfit(("at_least" if ratio else "at_most",), f"is the one bound that {self.measure} takes")
        return self


class SliceWatch(Watch):
    """A slice of the served rows does worse than the whole by more than a margin."""

    rule: Literal["slices"]
    """The metric of each slice."""
    margin: float = Field(gt=0)
    """How much worse than the whole a slice may be."""


WatchRule = Annotated[
    Drift | DriftedShare | ColumnDrift | Performance | EstimatedPerformance | Age | FairnessWatch | SliceWatch,
    Field(discriminator="rule"),
]
