"""ModelSpec: everything a ``model.yaml`` says."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from evergreen.core.digest import digest_of
from evergreen.spec.approval import AUTO, Approval, RequiredIf
from evergreen.spec.base import Misfit, Name, SpecPart
from evergreen.spec.card import Card
from evergreen.spec.data import Columns, Source
from evergreen.spec.fairness import Fairness
from evergreen.spec.gates import Gate, fit
from evergreen.spec.metrics import Task, metrics_of
from evergreen.spec.monitoring import Monitoring
from evergreen.spec.monitoring import fit as fit_monitoring
from evergreen.spec.slices import Slices
from evergreen.spec.training import Schedule, Training, Unscheduled
from evergreen.spec.words import found, nearest

SPEC_VERSION = 1


class Owner(SpecPart):
    """Who answers for the model."""

    name: str = Field(min_length=1)
    """A person or a team."""
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """Where messages about the model go."""


class ModelSpec(SpecPart):
    """One model: what it is for, its data, its training, its gates, its schedule."""

    version: Literal[1]
    """Version of this file format."""
    name: Name
    """The name of the folder."""
    owner: Owner
    purpose: str = Field(min_length=10)
    """What decision the prediction serves, in a sentence or two."""
    task: Task
    """What kind of question the model answers."""
    source: Source
    """Where the rows come from."""
    columns: Columns
    training: Training
    gates: tuple[Gate, ...] = Field(min_length=1)
    """Rules that a candidate must pass to become challenger."""
    slices: Slices = Slices()
    """Parts of the test rows on which challenger and champion are compared, too."""
    fairness: Fairness = Fairness()
    """What a favourable decision is; the groups of ``columns.sensitive`` are compared by it."""
    approval: Approval = AUTO
    """Whether a person approves a challenger, and who."""
    card: Card = Card()
    """What only people can say in the model card."""
    schedule: Schedule = Unscheduled(kind="none")
    """When the model is retrained by the clock, or by new data."""
    monitoring: Monitoring = Monitoring()
    """How the champion is watched, and when it is retrained by what is found."""

    @property
    def digest(self) -> str:
        """Identity of the whole spec."""
        return digest_of(self.model_dump(mode="json"))

    @field_validator("version", mode="before")
    @classmethod
    def _version_is_a_whole_number(cls, value: Any) -> Any:
        """A literal is compared by value, and to Python 1, 1.0 and true are equal."""
        if type(value) is not int:
            raise ValueError(f"expected {SPEC_VERSION}, found {found(value)}")
        return value

    @model_validator(mode="after")
    def _positive_goes_with_binary(self) -> Self:
        at = ("columns", "label", "positive")
        if self.task == "binary" and self.columns.label.positive is None:
            raise Misfit(at, "is missing: a binary task says which value is the positive class")
        if self.task != "binary" and self.columns.label.positive is not None:
            raise Misfit(at, f"goes with the task binary, not with {self.task}")
        return self

    @model_validator(mode="after")
    def _sampling_unit_is_no_label(self) -> Self:
        if self.training.split.sampling_unit == self.columns.label.column:
            raise Misfit(
                ("training", "split", "sampling_unit"), "is the label: expected day, none or a column of the rows"
            )
        return self

    @model_validator(mode="after")
    def _gates_fit_task_and_columns(self) -> Self:
        fit(self.gates, self.task, self.columns)
        fit_monitoring(self.monitoring, self.task, self.columns)
        return self

    @model_validator(mode="after")
    def _slices_measure_the_task(self) -> Self:
        known, asked = [m.name for m in metrics_of(self.task)], self.slices.metric
        if asked is not None and asked not in known:
            message = f"{asked!r} is no metric of a {self.task} task: expected one of {', '.join(known)}"
            raise Misfit(("slices", "metric"), message + nearest(asked, known))
        return self

    @model_validator(mode="after")
    def _decisions_fit_the_task(self) -> Self:
        """Groups are compared by decisions: a regression and a multiclass task say what a favourable one is."""
        fairness, judged = self.fairness, bool(self.columns.sensitive)
        if self.task == "multiclass":
            if fairness.threshold is not None:
                raise Misfit(("fairness", "threshold"), "goes with binary and regression; name a favourable_class")
            if judged and fairness.favourable_class is None:
                raise Misfit(
                    ("fairness", "favourable_class"),
                    "is missing: columns.sensitive compares how often groups get one class; name it",
                )
            return self
        if fairness.favourable_class is not None:
            raise Misfit(("fairness", "favourable_class"), f"goes with the task multiclass, not with {self.task}")
        if self.task == "regression" and judged and fairness.threshold is None:
            raise Misfit(
                ("fairness", "threshold"),
                "is missing: columns.sensitive compares how often predictions of a group reach a number; name it",
            )
        return self

    @model_validator(mode="after")
    def _approval_waits_for_a_warning(self) -> Self:
        if isinstance(self.approval, RequiredIf):
            warning = [gate.rule for gate in self.gates if gate.severity == "warn"]
            if self.approval.rule not in warning:
                known = f"the gates that warn are {', '.join(warning)}" if warning else "no gate has severity: warn"
                raise Misfit(("approval", "rule"), f"{self.approval.rule!r} is no gate that only warns: {known}")
        return self
