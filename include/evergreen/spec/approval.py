"""The part of a spec that says who approves a challenger."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from evergreen.spec.base import Duration, Misfit, SpecPart, once

Person = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@+-]{1,100}$")]
"""A name at Airflow's login."""

WEEK = timedelta(days=7)


class Auto(SpecPart):
    """The verdict is enough; ``approval: auto`` says the same."""

    mode: Literal["auto"]
    """Nobody need be asked."""


class Asked(SpecPart):
    """What every question to a person has. A base class, never a part of its own."""

    approvers: tuple[Person, ...] = Field(min_length=1)
    """Who may answer, by their names at Airflow's login; whoever asked for the run may not."""
    timeout: Duration = WEEK
    """How long the question waits; then the answer is no."""
    valid_for: Duration = WEEK
    """How long after a yes the version may be released."""

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        once(self.approvers, "approvers")
        for name in ("timeout", "valid_for"):
            if getattr(self, name) <= timedelta(0):
                raise Misfit((name,), "is no time at all")
        return self


class Required(Asked):
    """One of the approvers must say yes."""

    mode: Literal["required"]
    """Somebody is always asked."""


class RequiredIf(Asked):
    """One of the approvers must say yes when a rule that only warns did not pass."""

    mode: Literal["required_if"]
    """Somebody is asked when a rule did not pass."""
    rule: str = Field(min_length=1)
    """A rule of the gates whose severity is ``warn``."""


def _in_full(value: Any) -> Any:
    return {"mode": value} if isinstance(value, str) else value


Modes = Annotated[Auto | Required | RequiredIf, Field(discriminator="mode")]
Approval = Annotated[Modes, BeforeValidator(_in_full, json_schema_input_type=Literal["auto"] | Modes)]
AUTO = Auto(mode="auto")
