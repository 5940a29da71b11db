"""The certified interval holds scipy's statistic, and a second pass over the open bins decides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evergreen.stats.ks import Certified, Decision, critical, decide, interval, open_bins, statistic

VALUES = st.lists(st.integers(0, 20).map(float), min_size=2, max_size=40)


def bins(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], edges: list[float]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).astype(np.int64)


@given(VALUES, VALUES, st.sets(st.floats(-1, 21), max_size=12), st.sets(st.integers(0, 20), max_size=3))
def test_the_interval_holds_scipys_statistic(a: list[float], b: list[float], cuts: set[float], atoms: set[int]) -> None:
    edges = sorted({c + 0.0 for c in cuts} | {float(v) for v in atoms} | {float(np.nextafter(v, 99)) for v in atoms})
    p, q = (bins(np.array(side), edges) for side in (a, b))
    exact = stats.ks_2samp(a, b, method="asymp").statistic
    low, high = interval(p, q, edges)
    assert low - 1e-12 <= exact <= high + 1e-12
    assert statistic(np.array(a), np.array(b)) == pytest.approx(exact, abs=1e-12)


@given(VALUES, VALUES)
def test_with_every_value_in_a_bin_of_its_own_the_interval_is_a_point(a: list[float], b: list[float]) -> None:
    edges = sorted({edge for v in (*a, *b) for edge in (v, float(np.nextafter(v, 99)))})
    low, high = interval(bins(np.array(a), edges), bins(np.array(b), edges), edges)
    assert low == high == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic, abs=1e-12)


@given(VALUES, VALUES, st.sets(st.floats(-1, 21), max_size=6), st.floats(0, 1))
def test_only_open_bins_can_carry_the_statistic_over_the_threshold(
    a: list[float], b: list[float], cuts: set[float], threshold: float
) -> None:
    edges = sorted({c + 0.0 for c in cuts})
    p, q = (bins(np.array(side), edges) for side in (a, b))
    found = interval(p, q, edges)
    straddles = decide(found, threshold) is Decision.STRADDLES
    assert straddles <= bool(len(open_bins(p, q, edges, threshold)))
    if not straddles:
        assert (decide(found, threshold) is Decision.YES) == (statistic(np.array(a), np.array(b)) > threshold)


@pytest.mark.parametrize(("n", "m"), [(20_000, 30_000), (1_000_000, 11_000), (400, 300)])
def test_beyond_the_critical_value_scipys_p_is_below_the_level(n: int, m: int) -> None:
    threshold = critical(n, m)
    both = round(n * m / (n + m))
    assert stats.kstwo.sf(threshold * 1.0001, both) < 0.05 < stats.kstwo.sf(threshold * 0.9999, both)


def test_without_a_value_there_is_no_statistic_and_no_alarm() -> None:
    none, some = np.zeros(2, dtype=np.int64), np.array([1, 2])
    found = interval(none, some, [0.0])
    assert np.isnan(found).all()
    assert decide(found, 0.1) is Decision.NO
    assert np.isnan(statistic(np.array([]), np.array([1.0])))
    assert np.isnan(critical(0, 5))


def test_a_threshold_outside_the_interval_is_decided() -> None:
    assert decide(Certified(0.2, 0.3), 0.1) is Decision.YES
    assert decide(Certified(0.2, 0.3), 0.3) is Decision.NO
