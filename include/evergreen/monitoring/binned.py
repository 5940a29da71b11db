"""The bins of a column from all of its values, and the bin of each row."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evergreen.records.profile import ColumnBins, Counts, bucket_of
from evergreen.stats.edges import edges_of

Kind = Literal["numeric", "categorical"]

LISTED, BUCKETS = 1_000, 1_024
"""A column of more categories lists the most frequent ones, and counts the others by their hash."""


@dataclass(frozen=True)
class Binned:
    """The bin of each row; -1 where there is no value."""

    of_row: NDArray[np.intp]

    def counts(self, column: ColumnBins) -> Counts:
        """Rows in each bin."""
        known = self.of_row[self.of_row >= 0]
        bins = np.bincount(known, minlength=column.count).astype(np.int64)
        return Counts(bins=bins, nulls=len(self.of_row) - len(known))


def binned(name: str, kind: Kind, values: pa.ChunkedArray) -> tuple[ColumnBins, Binned]:
    """Bins that suit the values, and where these fall.

    Examples
    --------
    >>> column, found = binned("carrier", "categorical", pa.chunked_array([["UA", "AA", None, "UA"]]))
    >>> column.categories, found.of_row
    (('UA', 'AA'), array([ 0,  1, -1,  0]))
    """
    return _numeric(name, values) if kind == "numeric" else _categorical(name, values)


def _numeric(name: str, values: pa.ChunkedArray) -> tuple[ColumnBins, Binned]:
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    numbers = pc.fill_null(values.cast(pa.float64(), safe=False), float("nan")).to_numpy()
    column = ColumnBins(name=name, kind="numeric", edges=edges_of(numbers))
    bins = np.searchsorted(np.array(column.edges), numbers, side="right")
    return column, Binned(np.where(np.isnan(numbers), -1, bins))


def _categorical(name: str, values: pa.ChunkedArray) -> tuple[ColumnBins, Binned]:
    """The most frequent category first, of equally frequent ones the first in the alphabet."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    texts = pc.if_else(pc.is_null(values, nan_is_null=True), pa.scalar(None, pa.string()), values.cast(pa.string()))
    encoded = pa.chunked_array(texts.chunks, pa.string()).combine_chunks().dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy()
    names: list[str] = encoded.dictionary.to_pylist()
    rows = np.bincount(codes[codes >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: (-rows[code], names[code]))
    listed = order if len(order) <= LISTED else order[:LISTED]
    buckets = 0 if len(order) <= LISTED else BUCKETS
    bin_of = np.array(
        [len(listed) + bucket_of(value, BUCKETS) if buckets else 0 for value in names] + [-1], dtype=np.intp
    )
    bin_of[listed] = np.arange(len(listed))
    column = ColumnBins(
        name=name, kind="categorical", categories=tuple(names[code] for code in listed), buckets=buckets
    )
    return column, Binned(bin_of[codes])
