"""The part of a spec that names parts of the rows on which a model must hold, too."""

from typing import Self

from pydantic import Field, model_validator

from evergreen.spec.base import ColumnName, Misfit, SpecPart

Cut = float | int


class SlicedColumn(SpecPart):
    """A column that cuts the rows: into its values, or for a numeric one at given points."""

    column: ColumnName
    """Any column of the rows; it need not be a feature."""
    cuts: tuple[Cut, ...] | None = Field(None, min_length=1)
    """Rising points: a row belongs to the slice from one point up to, and without, the next. Unset: one slice a value."""

    @model_validator(mode="after")
    def _cuts_rise(self) -> Self:
        cuts = self.cuts or ()
        for index in range(1, len(cuts)):
            if cuts[index] <= cuts[index - 1]:
                raise Misfit(("cuts", index), f"{cuts[index]} is not above {cuts[index - 1]}, the point before it")
        return self


class Condition(SpecPart):
    """What a row of a slice fulfils: a value out of several, or a number within bounds."""

    column: ColumnName
    """Any column of the rows."""
    one_of: tuple[str | int | bool, ...] | None = Field(None, min_length=1)
    """The row has one of these values."""
    at_least: Cut | None = None
    """The row's number is this or more."""
    below: Cut | None = None
    """The row's number is less than this."""

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        bounded = self.at_least is not None or self.below is not None
        if bounded == (self.one_of is not None):
            raise Misfit(("one_of",), "a condition has either one_of, or at_least, below or both")
        if self.at_least is not None and self.below is not None and self.below <= self.at_least:
            raise Misfit(("below",), f"{self.below} is not above at_least, {self.at_least}")
        return self


class NamedSlice(SpecPart):
    """Rows that fulfil every one of several conditions."""

    name: str = Field(min_length=1, max_length=100)
    """What the slice is called in verdicts and reports."""
    conditions: tuple[Condition, ...] = Field(min_length=1)
    """All of them hold for a row of the slice."""


class Automatic(SpecPart):
    """Large parts that are found by themselves: values of categorical features, quartiles of numeric ones."""

    min_share: float = Field(0.05, gt=0, le=1)
    """Smallest share of the rows that counts as large."""
    most: int = Field(40, ge=1, le=200)
    """At most so many slices: values first, the largest before the others, then quartiles in the order of the features."""


class Slices(SpecPart):
    """Parts of the test rows on which challenger and champion are compared, beside the whole."""

    metric: str | None = None
    """What is measured on each; unset: the first metric of the task."""
    columns: tuple[SlicedColumn, ...] = ()
    """Columns that cut the rows."""
    named: tuple[NamedSlice, ...] = ()
    """Slices by conditions."""
    automatic: Automatic | None = Automatic()
    """Large slices that nobody declared; null looks for none."""
    min_rows: int = Field(100, ge=1)
    """A slice with fewer rows is not measured, and says so."""
    min_units: int = Field(7, ge=2)
    """A slice with fewer sampling units is not measured, and says so."""

    @model_validator(mode="after")
    def _declared_once(self) -> Self:
        for key, names in (("columns", [c.column for c in self.columns]), ("named", [n.name for n in self.named])):
            for index, name in enumerate(names):
                if name in names[:index]:
                    raise Misfit((key, index), f"declares {name!r} twice")
        return self

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that a declared slice reads, once."""
        read = [c.column for c in self.columns] + [c.column for named in self.named for c in named.conditions]
        return tuple(dict.fromkeys(read))
