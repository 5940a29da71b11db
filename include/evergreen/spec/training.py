"""The parts of a spec that describe training and scheduling."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evergreen.core.value import Value
from evergreen.spec.base import Misfit, Moment, Name, SpecPart
from evergreen.spec.data import SplitPolicy, Window


class Hyperparameter(SpecPart):
    """A parameter of the pipeline function: its default, and what a run may set it to."""

    default: Value
    """What a run uses that says nothing else."""
    low: float | int | None = None
    """Smallest value that a run may set; unset means no bound."""
    high: float | int | None = None
    """Largest value that a run may set; unset means no bound."""
    choices: tuple[Value, ...] | None = Field(None, min_length=1)
    """The only values that a run may set."""
    description: str = ""
    """Shown beside the field of the trigger form."""

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        bounds = [b for b in (self.low, self.high) if b is not None]
        if self.choices is not None:
            if bounds:
                raise Misfit(("choices",), "goes without low and high")
            if self.default not in self.choices:
                raise Misfit(("default",), f"{self.default!r} is not among the choices")
        if not bounds:
            return self
        if len(bounds) > 1 and bounds[0] >= bounds[1]:
            raise Misfit(("high",), f"{self.high} is not above low, {self.low}")
        if isinstance(self.default, bool) or not isinstance(self.default, int | float):
            raise Misfit(("default",), f"{self.default!r} is no number, though low or high is given")
        return self._between(self.default)

    def _between(self, default: float) -> Self:
        if self.low is not None and default < self.low:
            raise Misfit(("default",), f"{default} is below low, {self.low}")
        if self.high is not None and default > self.high:
            raise Misfit(("default",), f"{default} is above high, {self.high}")
        return self


class RefitPolicy(SpecPart):
    """Whether the passed recipe is fitted again on every row whose label is known, and how far it may move."""

    mode: Literal["full", "none"] = "full"
    """``full``: fit again on every row whose label is known. ``none``: the gated model itself serves."""
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
    """Start of every random sequence of a training."""
    pool: Name = "training"
    """Airflow pool that caps concurrent trainings."""

    @model_validator(mode="after")
    def _window_holds_a_train_span(self) -> Self:
        length = self.window.length
        if length is not None and length <= self.split.test + self.split.calibration:
            raise Misfit(
                ("window", "length"),
                "is no longer than split.test and split.calibration together: nothing is left to train on",
            )
        return self


class Cron(SpecPart):
    """At these times; missed times between ``start`` and now are made up for when ``catchup`` is true."""

    kind: Literal["cron"]
    """At fixed times."""
    expression: str
    """Five fields: minute, hour, day of month, month, day of week; in UTC."""
    start: Moment
    """The first interval begins here."""
    end: Moment | None = None
    """No interval begins after this; unset means for ever."""
    catchup: bool = False
    """Whether missed times are made up for."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise Misfit(("end",), "is not after start")
        if fault := _cron_fault(self.expression):
            raise Misfit(("expression",), fault)
        return self


def _cron_fault(expression: str) -> str:
    """What Airflow's own cron reader has against an expression; empty when it can be kept."""
    from croniter import CroniterError, croniter  # 70 ms, and only some specs have a cron schedule

    fields = len(expression.split())
    if fields != 5:
        return f"has {fields} fields, not five: minute, hour, day of month, month, day of week, such as 0 6 1 * *"
    try:
        croniter(expression).get_next()
    except (CroniterError, ValueError) as error:
        return f"{expression!r} is no cron expression: {str(error)[:100]}"
    return ""


class OnData(SpecPart):
    """Whenever data has landed that is complete."""

    kind: Literal["on_data"]
    """Whenever new data is complete."""


class Unscheduled(SpecPart):
    """Only by hand and by request."""

    kind: Literal["none"]
    """Never by itself."""


Schedule = Annotated[Cron | OnData | Unscheduled, Field(discriminator="kind")]
