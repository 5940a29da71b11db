"""The counts of a profile as Ibis expressions: DuckDB answers them here, and any engine that Ibis speaks to could.

Where rows lie in a warehouse they need not leave it. Where they lie in Parquet, `evergreen.monitoring.profile` is many
times cheaper: to plan a column of a thousand edges alone takes half a second.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np

from evergreen.monitoring.tally import CategoricalTally, texts
from evergreen.records.profile import ColumnBins, Counts, Layout, Profile


def profile(rows: ibis.Table, layout: Layout, columns: Mapping[str, str] | None = None) -> Profile:
    """The profile that `evergreen.monitoring.profile` makes of the same rows, counted by the engine of the table.

    One question a column, and one row comes back for each bin or distinct value. Numeric columns are numbers or booleans,
    compared as doubles.

    Parameters
    ----------
    columns
        The layout's name of a column by its name in the table, where that is another one.

    Examples
    --------
    >>> layout = Layout(model="flights", columns=(ColumnBins(name="wind", kind="numeric", edges=(0.0, 9.0)),))
    >>> profile(ibis.memtable({"wind": [1.0, 9.0, 20.0, None]}), layout).counts["wind"]
    Counts(bins=array([0, 1, 2]), nulls=1, new={})
    """
    stored = {name: there for there, name in (columns or {}).items()}
    counts = {}
    for column in layout.columns:
        values = rows[stored.get(column.name, column.name)]
        counts[column.name] = (_numeric if column.kind == "numeric" else _categorical)(column, values)
    return Profile(layout=layout.digest, rows=int(rows.count().to_pyarrow().as_py()), counts=counts)


def _numeric(column: ColumnBins, values: ibis.Column) -> Counts:
    number: Any = values.cast("float64")
    missing = number.isnull() | number.isnan()
    found = _rows_by(ibis.ifelse(missing, ibis.null("int32"), _bin(number, column.edges, 0)))
    bins, nulls = np.zeros(column.count, dtype=np.int64), 0
    for b, times in zip(found["value"].to_pylist(), found["rows"].to_pylist(), strict=True):
        if b is None:
            nulls = times
        else:
            bins[b] = times
    return Counts(bins=bins, nulls=nulls)


def _bin(number: Any, edges: Sequence[float], first: int) -> Any:
    """The bin by halves: ten comparisons for a thousand edges, each of a constant, which every engine can do."""
    if not edges:
        return ibis.literal(first, type="int32")
    half = len(edges) // 2
    above = _bin(number, edges[half + 1 :], first + half + 1)
    return ibis.ifelse(number < edges[half], _bin(number, edges[:half], first), above)


def _categorical(column: ColumnBins, values: ibis.Column) -> Counts:
    found, tally = _rows_by(values), CategoricalTally(column)
    for value, times in zip(texts(found["value"].combine_chunks()), found["rows"].to_pylist(), strict=True):
        tally.add_value(value, times)
    return tally.counts()


def _rows_by(values: Any) -> Any:
    """Distinct values and how many rows have each, as an Arrow table."""
    return values.name("value").as_table().group_by("value").agg(rows=ibis._.count()).to_pyarrow()
