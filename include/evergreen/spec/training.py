"""The parts of a spec that describe training, gates and scheduling."""

from typing import Annotated, Literal

from pydantic import Field

from evergreen.spec.base import Name, SpecPart
from evergreen.spec.data import Moment, SplitPolicy, Window


class Hyperparameter(SpecPart):
    """A parameter of the pipeline function: its default, and what a run may set it to."""

    default: float | int | str | bool | None
    low: float | int | None = None
    high: float | int | None = None
    choices: tuple[float | int | str | bool | None, ...] | None = None
    description: str = ""


class RefitPolicy(SpecPart):
    """Whether the passed recipe is fitted again on every row whose label is known, and how far it may move."""

    mode: Literal["full", "none"] = "full"
    min_correlation: float = Field(0.8, ge=-1, le=1)
    """Least rank correlation between the gated and the refitted scores on the test rows."""
    max_shift: float = Field(0.05, ge=0)
    """Largest shift of the mean score (regression: in standard deviations of the label)."""


class Training(SpecPart):
    """From rows to a fitted pipeline."""

    window: Window
    split: SplitPolicy = SplitPolicy()
    refit: RefitPolicy = RefitPolicy()
    pipeline: str = Field("pipeline:build", pattern=r"^[a-z_][a-z0-9_]*:[A-Za-z_]\w*$")
    """``module:function`` in the model folder; returns an unfitted scikit-learn Pipeline."""
    hyperparameters: dict[Name, Hyperparameter] = Field(default_factory=dict)
    """Passed to the function as keyword arguments."""
    seed: int = Field(0, ge=0, lt=2**32)
    pool: Name = "training"
    """Airflow pool that caps concurrent trainings."""


class Minimum(SpecPart):
    """The challenger's metric must reach a value."""

    rule: Literal["minimum"]
    metric: str
    at_least: float
    severity: Literal["block", "warn"] = "block"


class BetterThanBaseline(SpecPart):
    """The paired interval of challenger minus trivial baseline must lie above ``by`` (below -by where less is better)."""

    rule: Literal["better_than_baseline"]
    metric: str
    by: float = Field(0.0, ge=0)
    severity: Literal["block", "warn"] = "block"


class NotWorseThanChampion(SpecPart):
    """The paired interval of challenger minus champion must lie above ``-margin``. Passes while there is no champion."""

    rule: Literal["not_worse_than_champion"]
    metric: str
    margin: float = Field(0.0, ge=0)
    severity: Literal["block", "warn"] = "block"


Gate = Annotated[Minimum | BetterThanBaseline | NotWorseThanChampion, Field(discriminator="rule")]


class Cron(SpecPart):
    """At these times; missed times between ``start`` and now are made up for when ``catchup`` is true."""

    kind: Literal["cron"]
    expression: str
    start: Moment
    end: Moment | None = None
    catchup: bool = False


class OnData(SpecPart):
    """Whenever the loader says that a raw interval is complete."""

    kind: Literal["on_data"]


class Unscheduled(SpecPart):
    """Only by hand and by request."""

    kind: Literal["none"]


Schedule = Annotated[Cron | OnData | Unscheduled, Field(discriminator="kind")]
