"""The part of a spec that says how a champion is watched, and when it is retrained by itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from evergreen.spec.approval import Person
from evergreen.spec.base import Duration, Misfit, SpecPart, once
from evergreen.spec.data import Columns, Features
from evergreen.spec.metrics import Task, metrics_of
from evergreen.spec.watching import ColumnDrift, Drift, DriftedShare, FairnessWatch, MetricRule, Persistence, WatchRule
from evergreen.spec.words import nearest

DAY = timedelta(days=1)
TARGETS = ("prediction", "label")
"""What can drift beside the features, which have other names."""
PERSISTENT = Persistence(fired=3, of=5)
"""No passing day asks for a retraining."""


class Effects(SpecPart):
    """How large a change must be to count, however significant it is. A column drifts when one of them is reached."""

    wasserstein: float = Field(0.1, gt=0)
    """Numeric columns: distance in standard deviations of the reference."""
    jensen_shannon: float = Field(0.1, gt=0, le=1)
    """Categorical columns: distance, to base 2."""
    null_rate: float = Field(0.05, gt=0, le=1)
    """Change of the share of nulls."""
    new_share: float = Field(0.01, gt=0, le=1)
    """Share of categories that the reference lacks."""


class DriftTest(SpecPart):
    """When a column counts as drifted: the change is large, significant, and seen on enough rows."""

    level: float = Field(0.01, gt=0, lt=0.5)
    """False discovery rate over all columns of a report (Benjamini and Hochberg): one report in a hundred errs by chance."""
    effects: Effects = Effects()
    min_rows: int = Field(500, ge=50)
    """A window with fewer rows says "not enough rows"."""
    min_units: int = Field(7, ge=2)
    """A window with fewer sampling units says so."""
    domain_classifier: bool = False
    """Whether a classifier is also asked to tell the window from the reference, for changes that no column shows alone."""


class Retraining(SpecPart):
    """What must hold beside a finding before a retraining is asked for."""

    cooldown: Duration = timedelta(days=14)
    """Least time between two requests."""
    min_new_labels: float = Field(0.1, ge=0)
    """Labelled rows since the champion's training, as a share of those that it was fitted on: little new data changes little."""
    min_growth: float = Field(3.0, ge=0)
    """After drift of features alone: growth of the labelled rows like those of the window, in the feature where they grew most; 3: four times as many."""
    budget: int = Field(2, ge=0)
    """Most requests in 30 days."""
    confirm: Literal["auto", "required"] = "auto"
    """``required``: a request is served once a person has confirmed it and noted the cause; ``auto``: at once."""
    confirmers: tuple[Person, ...] = ()
    """Who may confirm, by their names at Airflow's login."""
    confirm_within: Duration = timedelta(days=3)
    """How long a request waits for them; then the answer is no."""

    @model_validator(mode="after")
    def _can_be_confirmed(self) -> Self:
        required = self.confirm == "required"
        if required != bool(self.confirmers):
            wrong = "is missing: name who may confirm" if required else "goes with confirm: required"
            raise Misfit(("confirmers",), wrong)
        once(self.confirmers, "confirmers")
        if self.confirm_within <= timedelta(0):
            raise Misfit(("confirm_within",), "is no time at all")
        return self


class Monitoring(SpecPart):
    """Reports on the champion: how often, over which window, and what they lead to."""

    enabled: bool = True
    """Whether ``monitor__<model>`` looks at the model by itself; by hand it always may."""
    every: Duration = DAY
    """A report is made for the end of each such step, counted from midnight UTC."""
    window: Duration = timedelta(days=14)
    """Length of the current window."""
    drift: DriftTest = DriftTest()
    rules: tuple[WatchRule, ...] = (
        Drift(rule="drift", then="retrain", windows=PERSISTENT),
        DriftedShare(rule="drifted_share", above=0.1, then="retrain", windows=PERSISTENT),
    )
    """What counts as a finding, and what it leads to: much of what matters has drifted, or more than a tenth of the features."""
    retraining: Retraining = Retraining()
    alerts: tuple[str, ...] = ()
    """Airflow connections (of type apprise) that are told of findings; the log always is."""

    @model_validator(mode="after")
    def _steps_fit_the_window(self) -> Self:
        if self.every <= timedelta(0) or (DAY % self.every and self.every % DAY):
            raise Misfit(("every",), "must divide a day, or be whole days: 1h, 6h, 1d, 7d")
        if self.window < self.every or self.window % self.every:
            raise Misfit(("window",), "must be a whole number of every")
        once(self.alerts, "alerts")
        return self


def fit(monitoring: Monitoring, task: Task, columns: Columns) -> None:
    """Check that the rules fit the task and the columns, and that no feature is called as a target; raises `Misfit`."""
    _told_from_targets(columns.features)
    for index, rule in enumerate(monitoring.rules):
        at = ("monitoring", "rules", index)
        if isinstance(rule, MetricRule):
            _measures(rule, at, task)
        if isinstance(rule, ColumnDrift):
            _one_of(rule.column, (*columns.features.names, *TARGETS), (*at, "column"), "a feature, prediction or label")
        if isinstance(rule, FairnessWatch) and not columns.sensitive:
            raise Misfit((*at, "rule"), "columns.sensitive names no column by which fairness could be watched")


def _told_from_targets(features: Features) -> None:
    for kind in ("numeric", "categorical"):
        for index, name in enumerate(getattr(features, kind)):
            if name in TARGETS:
                wrong = f"{name!r} is what reports call the model's own {name}s: give the column another name"
                raise Misfit(("columns", "features", kind, index), wrong)


def _measures(rule: MetricRule, at: tuple[str | int, ...], task: Task) -> None:
    known = {m.name: m for m in metrics_of(task)}
    _one_of(rule.metric, tuple(known), (*at, "metric"), f"a metric of a {task} task")
    if rule.at_least is not None and not known[rule.metric].larger_is_better:
        raise Misfit((*at, "at_least"), f"of {rule.metric} less is better: use at_most")
    if rule.at_most is not None and known[rule.metric].larger_is_better:
        raise Misfit((*at, "at_most"), f"of {rule.metric} more is better: use at_least")


def _one_of(name: str, known: Sequence[str], at: tuple[str | int, ...], what: str) -> None:
    if name not in known:
        raise Misfit(at, f"{name!r} is not {what}{nearest(name, known)}")
