"""ModelSpec: everything a ``model.yaml`` says."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evergreen.core.digest import digest_of
from evergreen.spec.base import Name, SpecPart
from evergreen.spec.data import Columns, Source
from evergreen.spec.training import Gate, Schedule, Training, Unscheduled

SPEC_VERSION = 1


class Owner(SpecPart):
    """Who answers for the model."""

    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class ModelSpec(SpecPart):
    """One model: what it is for, its data, its training, its gates, its schedule."""

    version: Literal[1]
    """Version of this file format."""
    name: Name
    """The name of the folder."""
    owner: Owner
    purpose: str = Field(min_length=10)
    """What decision the prediction serves, in a sentence or two."""
    task: Literal["binary", "multiclass", "regression"]
    source: Source
    columns: Columns
    training: Training
    gates: tuple[Gate, ...] = Field(min_length=1)
    approval: Literal["auto"] = "auto"
    """Whether a person approves a challenger."""
    schedule: Schedule = Unscheduled(kind="none")

    @property
    def digest(self) -> str:
        """Identity of the whole spec."""
        return digest_of(self.model_dump(mode="json"))

    @model_validator(mode="after")
    def _features_are_known_in_time(self) -> Self:
        names = self.columns.features.names
        if not names:
            raise ValueError("columns.features names no column")
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"columns.features names {name!r} twice")
            if name in (self.columns.label.column, self.columns.event_time):
                raise ValueError(f"columns.features names {name!r}, which is not known when the model predicts")
        return self

    @model_validator(mode="after")
    def _binary_names_its_positive(self) -> Self:
        if self.task == "binary" and self.columns.label.positive is None:
            raise ValueError("columns.label.positive: a binary task says which value is the positive class")
        return self
