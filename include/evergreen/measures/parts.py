"""Parts of the test rows: those that a spec declares, and large ones that are found by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evergreen.spec.model import ModelSpec
from evergreen.spec.slices import Automatic, Condition, Cut, NamedSlice

MOST_VALUES = 50
"""A column of more values has one more part for all the others together."""
QUARTILES = (0.25, 0.5, 0.75)
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """Some of the rows, by name."""

    name: str
    declared: bool
    rows: Rows

    @property
    def size(self) -> int:
        """The number of its rows."""
        return int(self.rows.sum())


def parts(spec: ModelSpec, table: pa.Table) -> list[Part]:
    """Declared parts in their order, then those found; each name once, and none that is empty unless declared by name."""
    policy, found = spec.slices, list[Part]()
    for column in policy.columns:
        values = table[column.column]
        found += _values(column.column, values) if column.cuts is None else _cut(column.column, values, column.cuts)
    found += [_named(named, table) for named in policy.named]
    if policy.automatic is not None:
        found += _automatic(spec, policy.automatic, table)
    first: dict[str, Part] = {}
    for part in found:
        first.setdefault(part.name, part)
    return list(first.values())


def texts(values: pa.ChunkedArray) -> tuple[NDArray[np.intp], list[str]]:
    """The values of a column as numbers, and what each number stands for; a missing value is one more.

    >>> texts(pa.chunked_array([["b", None, "b"]]))
    (array([0, 1, 0]), ['b', 'missing'])
    """
    encoded = pc.dictionary_encode(values.cast(pa.string())).combine_chunks()
    names = [str(name) for name in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, len(names)).to_numpy(zero_copy_only=False).astype(np.intp)
    return codes, [*names, "missing"] if encoded.null_count else names


def _values(column: str, values: pa.ChunkedArray) -> Iterator[Part]:
    """One part a value, the largest first."""
    codes, names = texts(values)
    sizes = np.bincount(codes, minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: (-sizes[code], names[code]))
    for code in order[:MOST_VALUES]:
        yield Part(f"{column} = {names[code]}", declared=True, rows=codes == code)
    if rest := order[MOST_VALUES:]:
        yield Part(f"{column} = any of {len(rest)} other values", declared=True, rows=np.isin(codes, rest))


def _cut(column: str, values: pa.ChunkedArray, cuts: tuple[Cut, ...]) -> Iterator[Part]:
    numbers = _numbers(values)
    bounds = [-np.inf, *cuts, np.inf]
    for low, high in pairwise(bounds):
        name = f"{low:g} <= {column} < {high:g}"
        if low == -np.inf:
            name = f"{column} < {high:g}"
        elif high == np.inf:
            name = f"{column} >= {low:g}"
        yield Part(name, declared=True, rows=(numbers >= low) & (numbers < high))
    if (missing := np.isnan(numbers)).any():
        yield Part(f"{column} = missing", declared=True, rows=missing)


def _named(named: NamedSlice, table: pa.Table) -> Part:
    return Part(
        named.name, declared=True, rows=np.logical_and.reduce([_fulfils(c, table[c.column]) for c in named.conditions])
    )


def _fulfils(condition: Condition, values: pa.ChunkedArray) -> Rows:
    if condition.one_of is not None:
        codes, names = texts(values)
        wanted = {str(v).lower() if isinstance(v, bool) else str(v) for v in condition.one_of}
        return np.isin(codes, [code for code, name in enumerate(names) if name in wanted])
    low = -np.inf if condition.at_least is None else condition.at_least
    high = np.inf if condition.below is None else condition.below
    numbers = _numbers(values)
    fulfils: Rows = (numbers >= low) & (numbers < high)
    return fulfils


def _automatic(spec: ModelSpec, policy: Automatic, table: pa.Table) -> list[Part]:
    """Large values of categorical features, the largest first; then quartiles of numeric ones, as far as there is room."""
    declared, features = {c.column for c in spec.slices.columns}, spec.columns.features
    values = [p for name in features.categorical if _free(name, declared, table) for p in _values(name, table[name])]
    values.sort(key=lambda part: (-part.size, part.name))
    quarters = [p for name in features.numeric if _free(name, declared, table) for p in _quarters(name, table[name])]
    least = policy.min_share * len(table)
    large = [p for p in (*values, *quarters) if least <= p.size < len(table)]
    return [Part(p.name, declared=False, rows=p.rows) for p in large[: policy.most]]


def _free(column: str, declared: set[str], table: pa.Table) -> bool:
    return column not in declared and column in table.column_names


def _quarters(column: str, values: pa.ChunkedArray) -> Iterator[Part]:
    known = _numbers(values)
    known = known[~np.isnan(known)]
    if len(known):
        yield from _cut(column, values, tuple(np.unique(np.quantile(known, QUARTILES)).tolist()))


def _numbers(values: pa.ChunkedArray) -> NDArray[np.float64]:
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    numbers: NDArray[np.float64] = pc.fill_null(values.cast(pa.float64(), safe=False), np.nan).to_numpy()
    return numbers
