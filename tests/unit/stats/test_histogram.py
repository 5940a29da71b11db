"""The compiled loop against ``np.searchsorted``."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.errors import InputError
from evergreen.stats.histogram import BLOCK, CELLS, count, lookup

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SMALL = st.integers(-9, 9).map(float)


def counted(array: pa.Array, edges: Sequence[float]) -> list[int]:
    table = lookup(edges)
    found = np.zeros(table.places, dtype=np.int64)
    count(array, table, found)
    return found.tolist()


def expected(values: list[Any], edges: Sequence[float]) -> list[int]:
    numbers = np.array([math.nan if value is None else float(value) for value in values])
    known = numbers[~np.isnan(numbers)]
    bins = np.bincount(np.searchsorted(np.array(edges), known, side="right"), minlength=len(edges) + 1)
    return [*bins.tolist(), len(numbers) - len(known)]


@given(st.sets(FINITE, max_size=9) | st.sets(SMALL), st.lists(st.floats() | SMALL | st.none(), max_size=30), st.data())
def test_it_counts_as_numpy_does(cuts: set[float], values: list[float | None], data: st.DataObject) -> None:
    edges = sorted({cut + 0.0 for cut in cuts})
    if edges:  # values on the edges, and right below and above them
        near = st.sampled_from(edges).flatmap(
            lambda e: st.sampled_from([e, np.nextafter(e, -1e9), np.nextafter(e, 1e9)])
        )
        values = values + data.draw(st.lists(near, max_size=20))
    assert counted(pa.array(values, pa.float64()), edges) == expected(values, edges)
    begin = data.draw(st.integers(0, len(values)))
    assert counted(pa.array(values, pa.float64())[begin:], edges) == expected(values[begin:], edges)


@given(st.data())
def test_every_flat_type_is_counted(data: st.DataObject) -> None:
    kind, strategy = data.draw(
        st.sampled_from(
            [
                (pa.float32(), st.floats(width=32)),
                (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
                (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
                (pa.int8(), st.integers(-128, 127)),
                (pa.uint64(), st.integers(0, 2**64 - 1)),
                (pa.bool_(), st.booleans()),
            ]
        )
    )
    values = data.draw(st.lists(strategy | st.none(), max_size=20))
    edges = [-1e18, -1.0, 0.0, 1.0, 100.0, 2.0**40]
    assert counted(pa.array(values, kind), edges) == expected(values, edges)


def test_timestamps_count_in_microseconds() -> None:
    for unit, ticks in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        array = pa.array([None, ticks, 3 * ticks], pa.timestamp(unit, tz="UTC"))
        assert counted(array, [2e6]) == [1, 1, 1]


def test_many_values_in_fine_bins() -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([random.standard_t(2, size=50_000), np.full(999, 0.25), [1e300, -1e300]])
    edges = np.unique(np.concatenate([np.quantile(values, np.linspace(0, 1, 1_000)), [0.25, np.nextafter(0.25, 1)]]))
    assert counted(pa.array(values), edges.tolist()) == expected(values.tolist(), edges.tolist())
    grid = np.linspace(-1, 1, CELLS + 1)
    assert counted(pa.array(grid), grid[::20].tolist()) == expected(grid.tolist(), grid[::20].tolist())


def test_nulls_are_counted_in_every_block() -> None:
    values = [float(i) if i % 3 else None for i in range(2 * BLOCK + 100)]
    assert counted(pa.array(values)[7:], [50.0, 9_000.0]) == expected(values[7:], [50.0, 9_000.0])


@pytest.mark.parametrize("edges", [[1.0, 1.0], [2.0, 1.0], [0.0, math.inf], [math.nan]])
def test_edges_that_do_not_ascend_are_refused(edges: list[float]) -> None:
    with pytest.raises(InputError, match="do not ascend"):
        lookup(edges)
