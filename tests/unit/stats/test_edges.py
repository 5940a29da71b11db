"""Edges: few, ascending, and fine where they must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evergreen.stats.edges import BINS, edges_of
from evergreen.stats.ks import interval

RANDOM = np.random.default_rng(11)


def bins(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], edges: tuple[float, ...]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).astype(np.int64)


@given(st.lists(st.floats(), max_size=60))
def test_a_column_of_few_values_has_a_bin_for_each(values: list[float]) -> None:
    edges = edges_of(np.array(values))
    assert list(edges) == sorted(set(edges))
    finite = [value for value in values if np.isfinite(value)]
    rows = bins(np.array(finite), edges) if edges else np.zeros(1, dtype=np.int64)
    assert np.count_nonzero(rows) == len(set(finite))


@pytest.mark.parametrize("rows", [513, 700, 5_000, 200_000])
@pytest.mark.parametrize("kind", ["normal", "heavy tails", "mostly zero", "rounded", "huge"])
def test_there_are_at_most_1024_bins_and_the_range_is_covered(rows: int, kind: str) -> None:
    values = {
        "normal": RANDOM.normal(size=rows),
        "heavy tails": RANDOM.standard_cauchy(size=rows),
        "mostly zero": np.where(RANDOM.random(rows) < 0.9, 0, RANDOM.exponential(size=rows)),
        "rounded": RANDOM.normal(size=rows).round(2) * 50,
        "huge": RANDOM.uniform(-1, 1, size=rows) * 1.7e308,
    }[kind]
    edges = edges_of(values)
    finite = values[np.isfinite(values)]
    assert len(edges) < BINS
    assert edges[0] == finite.min()
    counts = bins(finite, edges)
    assert counts[0] == 0
    assert counts[-1] == np.count_nonzero(finite >= edges[-1])
    if kind == "mostly zero":
        at = edges.index(0.0)
        assert edges[at + 1] == 5e-324
        assert counts[at + 1] == np.count_nonzero(values == 0)


def test_the_interval_of_the_ks_statistic_is_narrow() -> None:
    reference = RANDOM.gamma(2, size=100_000)
    edges = edges_of(reference)
    for shift in (0, 0.01, 0.3):
        current = RANDOM.gamma(2, size=30_000) + shift
        low, high = interval(bins(reference, edges), bins(current, edges), edges)
        assert low <= stats.ks_2samp(reference, current).statistic <= high
        assert high - low < 0.0025
