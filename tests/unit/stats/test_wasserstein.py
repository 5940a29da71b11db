"""The distance from bins against scipy's from values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evergreen.stats.wasserstein import deviation, wasserstein

VALUES = st.lists(st.floats(0, 20), min_size=1, max_size=40)


def bins(values: list[float], edges: list[float]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).astype(np.int64)


@given(VALUES, VALUES, st.sets(st.floats(1, 19), max_size=12))
def test_it_is_scipys_within_its_error(a: list[float], b: list[float], cuts: set[float]) -> None:
    edges = sorted({0.0, float(np.nextafter(20, 99)), *cuts})
    p, q = bins(a, edges), bins(b, edges)
    found = wasserstein(p, q, edges)
    scale = max(deviation(p, edges), 1e-3)
    assert found.value == pytest.approx(stats.wasserstein_distance(a, b) / scale, abs=found.error + 1e-9)


def test_with_fine_bins_it_is_evidentlys_number() -> None:
    random = np.random.default_rng(5)
    a, b = random.normal(size=20_000), random.normal(0.3, 1.1, size=20_000)
    edges = np.linspace(-6, 6, 1024).tolist()
    found = wasserstein(bins(a.tolist(), edges), bins(b.tolist(), edges), edges)
    assert found.value == pytest.approx(stats.wasserstein_distance(a, b) / a.std(), abs=1e-4)


def test_without_edges_or_values_there_is_no_distance() -> None:
    none, some = np.zeros(2, dtype=np.int64), np.array([1, 2])
    assert np.isnan(wasserstein(some[:1], some[:1], [])).all()
    assert np.isnan(wasserstein(none, some, [0.0])).all()


def test_a_constant_does_not_divide_by_zero() -> None:
    edges = [5.0, float(np.nextafter(5, 6)), 6.0]
    assert wasserstein(np.array([0, 10, 0, 0]), np.array([0, 0, 0, 10]), edges).value == pytest.approx(1000)
