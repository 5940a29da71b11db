"""The parts of a spec that describe data: source, columns, windows."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from evergreen.spec.base import Duration, Name, SpecPart


def _utc(value: object) -> object:
    """YAML reads ``2013-01-01`` as a date: midnight UTC is meant."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_utc)]


class ObjectsSource(SpecPart):
    """Raw objects below ``<model>/<prefix>``, in folders stamped with their interval."""

    kind: Literal["objects"]
    format: Literal["parquet", "csv"] = "parquet"
    """The objects' format."""
    prefix: str = Field("raw/", pattern=r"^[A-Za-z0-9_\-./]+/$")
    """Folder below the model's own; holds ``start=<date or time>/end=<date or time>/<file>``."""


class SqlSource(SpecPart):
    """Rows of a query. ``{start}`` and ``{end}`` of the window arrive as bound parameters ``:start`` and ``:end``."""

    kind: Literal["sql"]
    connection: str
    """An Airflow connection id."""
    query: str
    """A SELECT with ``:start`` and ``:end``, on event time, half-open."""


Source = Annotated[ObjectsSource | SqlSource, Field(discriminator="kind")]


class Features(SpecPart):
    """What the model sees, in this order: numeric columns, then categorical ones."""

    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All feature columns, in the order in which the model sees them."""
        return (*self.numeric, *self.categorical)


class Label(SpecPart):
    """What is predicted, and how long after the event it is known."""

    column: str
    delay: Duration = timedelta(0)
    positive: int | str | bool | None = None
    """The positive class of a binary task."""
    nullable: bool = False
    """True: rows without a label (a cancelled flight) are left out of training. False: they are an error."""


class Columns(SpecPart):
    """The columns that have a meaning. Others are carried along and not used."""

    event_time: str
    keys: tuple[str, ...] = Field(min_length=1)
    """Together they name one row."""
    label: Label
    features: Features
    sensitive: tuple[str, ...] = ()
    """Columns by which fairness is judged; they need not be features."""


class Window(SpecPart):
    """The rows that a training may use, up to ``as_of``."""

    kind: Literal["expanding", "sliding"]
    start: Moment | None = None
    """First event time of an expanding window."""
    length: Duration | None = None
    """Length of a sliding window."""

    @model_validator(mode="after")
    def _start_or_length(self) -> Self:
        given = {"start": self.start is not None, "length": self.length is not None}
        wanted = "start" if self.kind == "expanding" else "length"
        if not given.pop(wanted) or any(given.values()):
            raise ValueError(f"kind {self.kind} goes with {wanted} and nothing else")
        return self


class SplitPolicy(SpecPart):
    """How the window is cut, from its end backwards: test, then calibration, the rest is train."""

    test: Duration = timedelta(days=28)
    calibration: Duration = timedelta(0)
    sampling_unit: Name = "none"
    """``day``, a column (``customer_id``), or ``none``: rows of one unit are not independent."""
    leakage_limit: float = Field(0.98, gt=0.5, le=1)
    """A single feature that alone predicts the label this well (AUC, or |Spearman|) is refused."""
    min_rows: int = Field(100, ge=1)
    """Fewest rows of the train and of the test span."""
