"""Tallies: the counts of one column while they are counted, an Arrow array at a time."""

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.records.profile import MOST_NEW, ColumnBins, Counts, added, bucket_of
from evergreen.stats.histogram import count, lookup


class Tally(Protocol):
    """Counts that grow."""

    def add(self, array: pa.Array) -> None:
        """Count the values of an array."""

    def counts(self) -> Counts:
        """What was counted so far."""


def tally_of(column: ColumnBins) -> Tally:
    """An empty tally of a column."""
    return NumericTally(column) if column.kind == "numeric" else CategoricalTally(column)


class NumericTally:
    """Numbers, booleans and timestamps in the bins between edges."""

    def __init__(self, column: ColumnBins) -> None:
        self.table = lookup(column.edges)
        self.found = np.zeros(self.table.places, dtype=np.int64)

    def add(self, array: pa.Array) -> None:
        """Count the values of an array of a flat type."""
        count(array, self.table, self.found)

    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(bins=self.found[:-1], nulls=int(self.found[-1]))


class CategoricalTally:
    """Values as text; of a dictionary each entry is looked up once."""

    def __init__(self, column: ColumnBins) -> None:
        self.bin_of = {category: b for b, category in enumerate(column.categories)}
        self.listed, self.buckets = len(column.categories), column.buckets
        self.bins = np.zeros(column.count, dtype=np.int64)
        self.nulls = 0
        self.new: dict[str, int] = {}

    def add(self, array: pa.Array) -> None:
        """Count the values of an array of text, numbers, booleans or timestamps, or a dictionary of them."""
        encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        indices = encoded.indices
        self.nulls += indices.null_count
        rows = np.bincount(indices.drop_null().to_numpy(), minlength=len(encoded.dictionary))
        for value, times in zip(texts(encoded.dictionary), rows.tolist(), strict=True):
            if times:
                self.add_value(value, times)
        if len(self.new) > 4 * MOST_NEW:  # what is left out now would be left out at the end
            self.new = added([self.new])

    def add_value(self, value: str | None, times: int) -> None:
        """Count a value, as text, so many times; None is no value."""
        if value is None:
            self.nulls += times
        elif value in self.bin_of:
            self.bins[self.bin_of[value]] += times
        elif self.buckets:
            self.bins[self.listed + bucket_of(value, self.buckets)] += times
        else:
            self.new[value] = self.new.get(value, 0) + times

    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(bins=self.bins, nulls=self.nulls, new=added([self.new]))


def texts(values: pa.Array) -> list[str | None]:
    """Values as the text by which categories are known: Arrow's; NaN is no value.

    >>> texts(pa.array([5.0, float("nan"), None, 0.5]))
    ['5', None, None, '0.5']
    """
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    found: list[str | None] = values.cast(pa.string()).to_pylist()
    return found
