"""What all parts of a spec share."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.functional_validators import BeforeValidator

from evergreen.spec.duration import PATTERN, format_duration, parse_duration

MOMENT = r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$"


class Misfit(ValueError):
    """Raised by a part of a spec whose keys are fine one by one and do not fit together.

    Attributes
    ----------
    at
        Keys below the part that raises, down to the one to mend.
    """

    def __init__(self, at: tuple[str | int, ...], message: str) -> None:
        self.at = at
        self.message = message
        super().__init__(f"{'.'.join(map(str, at))}: {message}")


def once(values: tuple[str, ...], *at: str) -> None:
    """Refuse a column that is named twice; raises `Misfit`."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise Misfit((*at, index), f"names {value!r} twice")


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    """Read ISO 8601 text; YAML itself reads ``2013-01-01`` as a date: midnight UTC is meant."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": PATTERN.pattern}),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": MOMENT})]


class SpecPart(BaseModel):
    """Immutable; refuses keys that it does not know, NaN and infinities.

    The docstring below a key is its description in the schema, which reads it from the source: with pydantic's own
    reading, each task and each look at the DAG files would begin a fifth of a second later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
