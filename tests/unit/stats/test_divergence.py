"""Distances of distributions against scipy and their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from evergreen.stats.divergence import (
    FLOOR,
    chi_squared,
    jensen_shannon,
    jensen_shannon_distance,
    kullback_leibler,
    psi,
    shares,
)

ROWS = st.integers(2, 8).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 500), min_size=n, max_size=n)] * 2))


@given(ROWS)
def test_they_are_scipys(rows: tuple[list[int], list[int]]) -> None:
    p, q = (np.array(side) for side in rows)
    if not p.sum() or not q.sum():
        assert np.isnan([psi(p, q), kullback_leibler(p, q), jensen_shannon(p, q), jensen_shannon_distance(p, q)]).all()
        assert chi_squared(p, q) == (0, 0, 1)
        return
    assert jensen_shannon_distance(p, q) == pytest.approx(distance.jensenshannon(p, q, base=2), abs=1e-7)
    floored = np.where(p == 0, FLOOR, p / p.sum())
    expected = sum(b * np.log(b / a) for a, b in zip(floored, q / q.sum(), strict=True) if b)
    assert kullback_leibler(p, q) == pytest.approx(expected, abs=1e-12)
    if p.all() and q.all():
        assert kullback_leibler(p, q) == pytest.approx(stats.entropy(q, p), abs=1e-9)
        assert psi(p, q) == pytest.approx(stats.entropy(q, p) + stats.entropy(p, q), abs=1e-9)
    seen = (p + q) > 0
    if seen.sum() > 1:
        expected = stats.chi2_contingency([p[seen], q[seen]], correction=False)
        assert chi_squared(p, q)[:3] == pytest.approx((expected.statistic, expected.dof, expected.pvalue), abs=1e-9)


@given(ROWS)
def test_equal_distributions_do_not_differ_and_no_order_matters(rows: tuple[list[int], list[int]]) -> None:
    p, q = (np.array(side) + 1 for side in rows)
    for measure in (psi, jensen_shannon):
        assert measure(p, 3 * p) == pytest.approx(0, abs=1e-12)
        assert measure(p, q) == pytest.approx(measure(q, p), abs=1e-12)
        assert measure(p, q) >= 0


def test_an_empty_bin_counts_as_one_row_in_ten_thousand() -> None:
    assert psi(np.array([1, 0]), np.array([1, 1])) == pytest.approx(
        -0.5 * np.log(0.5) + (0.5 - FLOOR) * np.log(0.5 / FLOOR)
    )
    assert psi(np.array([1, 0]), np.array([1, 0])) == 0


def test_shares_of_no_rows_are_unknown() -> None:
    assert np.isnan(shares(np.zeros(3, dtype=np.int64))).all()
