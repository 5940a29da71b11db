"""The exact KS statistic of a column by a second pass, over the bins inside which it may be largest."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.monitoring.parquet import Source, open_parquet
from evergreen.records.profile import ColumnBins, Counts
from evergreen.stats import ks

Part = tuple[Source, NDArray[np.bool_] | None]
"""A file, and which of its rows count; None: all do."""


def ks_exact(
    column: ColumnBins,
    reference: Counts,
    current: Counts,
    *,
    reference_parts: Iterable[Part],
    current_parts: Iterable[Part],
    stored: str | None = None,
) -> float:
    """The statistic as scipy computes it from all values; NaN without a value on one side.

    One column of both sides is read again, and only values of a few bins are kept. Nothing is read where the certified
    interval is a point already.

    Parameters
    ----------
    reference, current
        The counts of ``reference_parts`` and ``current_parts``.
    stored
        The column's name in ``current_parts``, where that is another one.
    """
    low, high = ks.interval(reference.bins, current.bins, column.edges)
    if not low < high:
        return low
    bins = ks.open_bins(reference.bins, current.bins, column.edges, low)
    before = _inside(reference_parts, column.name, column.edges, bins)
    now = _inside(current_parts, stored or column.name, column.edges, bins)
    return ks.resolved(ks.Binned(reference.bins, before), ks.Binned(current.bins, now), column.edges)


def _inside(parts: Iterable[Part], name: str, edges: Sequence[float], bins: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values that lie in some bins."""
    found, wanted = [np.empty(0)], np.isin(np.arange(len(edges) + 1), bins)
    for source, keep in parts:
        with open_parquet(source) as file:
            begin = 0
            for group in range(file.num_row_groups):
                column = file.read_row_group(group, columns=[name], use_threads=False)[name]
                mask = None if keep is None else pa.array(keep[begin : begin + len(column)])
                begin += len(column)
                numbers = _numbers(column if mask is None else column.filter(mask))
                found.append(numbers[wanted[np.searchsorted(edges, numbers, side="right")]])
    return np.concatenate(found)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """The values as the profile counted them."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False).cast(pa.int64())
    kind = pa.int8() if pa.types.is_boolean(column.type) else column.type
    numbers: NDArray[np.float64] = column.cast(kind).drop_null().cast(pa.float64(), safe=False).to_numpy()
    return numbers[~np.isnan(numbers)]
