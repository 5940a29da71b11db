"""The parts of a spec that describe data: source, columns, windows."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evergreen.spec.base import ColumnName, Duration, Misfit, Moment, Name, SpecPart, once


class ObjectsSource(SpecPart):
    """Raw objects below ``<model>/<prefix>``, in folders stamped with their interval."""

    kind: Literal["objects"]
    """Objects in the bucket that the user's own pipelines land."""
    format: Literal["parquet", "csv"] = "parquet"
    """The objects' format."""
    prefix: str = Field("raw/", pattern=r"^[A-Za-z0-9_\-./]+/$")
    """Folder below the model's own; holds ``start=<date or time>/end=<date or time>/<file>``."""

    @model_validator(mode="after")
    def _prefix_stays_below_the_model(self) -> Self:
        if any(step in ("", ".", "..") for step in self.prefix[:-1].split("/")):
            raise Misfit(
                ("prefix",), f"{self.prefix!r} is no folder below the model's own: write it like raw/ or raw/daily/"
            )
        return self


class SqlSource(SpecPart):
    """Rows of a query. ``{start}`` and ``{end}`` of the window arrive as bound parameters ``:start`` and ``:end``."""

    kind: Literal["sql"]
    """Rows of a query through an Airflow connection."""
    connection: str = Field(min_length=1)
    """An Airflow connection id."""
    query: str
    """A SELECT with ``:start`` and ``:end``, on event time, half-open."""

    @model_validator(mode="after")
    def _query_is_bounded(self) -> Self:
        for name in (":start", ":end"):
            if name not in self.query:
                raise Misfit(("query",), f"has no {name}: a snapshot reads only the rows of its window")
        return self


Source = Annotated[ObjectsSource | SqlSource, Field(discriminator="kind")]


class Features(SpecPart):
    """What the model sees, in this order: numeric columns, then categorical ones."""

    numeric: tuple[ColumnName, ...] = ()
    """Columns of numbers."""
    categorical: tuple[ColumnName, ...] = ()
    """Columns of categories: text, whole numbers or true and false."""

    @property
    def names(self) -> tuple[str, ...]:
        """All feature columns, in the order in which the model sees them."""
        return (*self.numeric, *self.categorical)

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        once(self.numeric, "numeric")
        once(self.categorical, "categorical")
        for index, name in enumerate(self.categorical):
            if name in self.numeric:
                raise Misfit(("categorical", index), f"{name!r} is among the numeric features, too")
        if not self.names:
            raise Misfit(("numeric",), "no feature is named here or under categorical: name at least one column")
        return self


class Label(SpecPart):
    """What is predicted, and how long after the event it is known."""

    column: ColumnName
    """The column that holds the truth."""
    delay: Duration = timedelta(0)
    """How long after its event a row's label is known."""
    positive: int | str | bool | None = None
    """The positive class of a binary task."""
    nullable: bool = False
    """True: rows without a label (a cancelled flight) are left out of training. False: they are an error."""


class Columns(SpecPart):
    """The columns that have a meaning. Others are carried along and not used."""

    event_time: ColumnName
    """When the row's event took place; windows and splits go by it."""
    keys: tuple[ColumnName, ...] = Field(min_length=1)
    """Together they name one row."""
    label: Label
    features: Features
    sensitive: tuple[ColumnName, ...] = ()
    """Columns by which fairness is judged; they need not be features."""
    known_later: tuple[ColumnName, ...] = ()
    """Columns that are filled only after the prediction was made; none of them may be a feature."""

    @model_validator(mode="after")
    def _each_column_has_its_place(self) -> Self:
        once(self.keys, "keys")
        once(self.sensitive, "sensitive")
        once(self.known_later, "known_later")
        label = self.label.column
        if label == self.event_time:
            raise Misfit(("label", "column"), f"{label!r} is the event time")
        if label in self.keys:
            raise Misfit(("label", "column"), f"{label!r} is one of the keys")
        for kind in ("numeric", "categorical"):
            for index, name in enumerate(getattr(self.features, kind)):
                if name in (label, self.event_time):
                    role = "label" if name == label else "event time"
                    raise Misfit(("features", kind, index), f"{name!r} is the {role}: it would give the answer away")
                if name in self.known_later:
                    raise Misfit(("features", kind, index), f"{name!r} is known only later: no model can ask for it")
        return self


class Window(SpecPart):
    """The rows that a training may use, up to ``as_of``."""

    kind: Literal["expanding", "sliding"]
    """``expanding`` from a fixed ``start``, or ``sliding`` with a fixed ``length``."""
    start: Moment | None = None
    """First event time of an expanding window."""
    length: Duration | None = None
    """Length of a sliding window."""

    @model_validator(mode="after")
    def _start_or_length(self) -> Self:
        wanted, other = ("start", "length") if self.kind == "expanding" else ("length", "start")
        if getattr(self, wanted) is None:
            raise Misfit((wanted,), f"is missing: kind {self.kind} goes with {wanted}")
        if getattr(self, other) is not None:
            raise Misfit((other,), f"kind {self.kind} goes with {wanted}, not with {other}")
        return self


class SplitPolicy(SpecPart):
    """How the window is cut, from its end backwards: test, then calibration, the rest is train."""

    test: Duration = timedelta(days=28)
    """Length of the test span."""
    calibration: Duration = timedelta(0)
    """Length of the calibration span; ``0d`` leaves it out."""
    sampling_unit: Name = "none"
    """``day``, a column (``customer_id``), or ``none``: rows of one unit are not independent."""
    leakage_limit: float = Field(0.98, gt=0.5, le=1)
    """A single feature that alone predicts the label this well (AUC, or |Spearman|) is refused."""
    min_rows: int = Field(100, ge=1)
    """Fewest rows of the train and of the test span."""

    @model_validator(mode="after")
    def _something_to_test_on(self) -> Self:
        if not self.test:
            raise Misfit(("test",), "is empty: a model that is not tested cannot be gated")
        return self
