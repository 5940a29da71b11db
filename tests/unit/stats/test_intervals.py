"""Intervals against scipy's and against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evergreen.stats import intervals
from evergreen.stats.intervals import Bounds


@given(st.integers(1, 200), st.sampled_from([0, 1]))
def test_exact_is_clopper_and_pearsons(trials: int, share: int) -> None:
    other = stats.binomtest(share * trials, trials).proportion_ci(method="exact")
    assert intervals.exact(float(share), trials) == pytest.approx((share, other.low, other.high))


def test_fewer_units_reach_further() -> None:
    assert intervals.quantile(7) > intervals.quantile(28) > intervals.quantile(10_000) > stats.norm.ppf(0.975)
    assert np.isnan(intervals.quantile(1))


def test_symmetric_is_cut_at_its_limits() -> None:
    assert intervals.symmetric(0.9, 0.04, 30, least=-1, most=1).high == 1
    assert intervals.symmetric(-0.9, 0.04, 30, least=-1, most=1).low == -1


@given(st.floats(0.01, 0.99), st.floats(1e-6, 0.2), st.integers(2, 1000))
def test_logit_stays_between_0_and_1(value: float, variance: float, units: int) -> None:
    _, low, high = intervals.logit(value, variance, units)
    assert 0 <= low <= value * (1 + 1e-9)
    assert value * (1 - 1e-9) <= high <= 1


def test_a_difference_of_symmetric_intervals_is_the_usual_one() -> None:
    a, b = Bounds(0.7, 0.6, 0.8), Bounds(0.5, 0.45, 0.55)
    reach = np.hypot(0.1, 0.05)
    assert intervals.difference(a, b) == pytest.approx((0.2, 0.2 - reach, 0.2 + reach))


def test_percentile_of_normal_replicates_is_students_interval() -> None:
    drawn = np.random.default_rng(0).normal(3.0, 2.0, 400_000)
    _, low, high = intervals.percentile(3.0, drawn, 8)
    reach = stats.t.ppf(0.975, 7) * np.sqrt(8 / 7) * 2.0
    assert (low, high) == pytest.approx((3 - reach, 3 + reach), abs=0.05)


def test_percentile_leaves_undefined_replicates_out() -> None:
    drawn = np.concatenate([np.linspace(0, 1, 101), np.full(50, np.nan)])
    assert intervals.percentile(0.5, drawn, 50) == intervals.percentile(0.5, drawn[:101], 50)


@pytest.mark.parametrize(("value", "count", "units"), [(0.5, 10, 30), (0.5, 500, 1), (float("nan"), 500, 30)])
def test_percentile_says_when_there_is_no_interval(value: float, count: int, units: int) -> None:
    found = intervals.percentile(value, np.linspace(0, 1, count), units)
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_basic_is_percentile_turned_round() -> None:
    drawn = np.random.default_rng(0).normal(0.3, 0.05, 1_000)
    _, low, high = intervals.percentile(0.3, drawn, 40)
    assert intervals.basic(0.3, drawn, 40, least=0, most=1) == pytest.approx((0.3, 0.6 - high, 0.6 - low))


def test_basic_is_cut_and_holds_its_value() -> None:
    drawn = np.linspace(0.03, 0.05, 1_000)
    assert intervals.basic(0.02, drawn, 1_000, least=0, most=1) == (0.02, 0.0, 0.02)
    assert np.isnan(intervals.basic(0.02, drawn, 1, least=0, most=1).low)


def test_many_intervals_reach_further_each() -> None:
    drawn = np.random.default_rng(0).normal(0, 1, 1_000)
    one, many = (intervals.spread(0.0, drawn, 28, tail=intervals.shared(count)) for count in (1, 40))
    assert one.high == pytest.approx(stats.t.ppf(0.975, 27) * drawn.std(ddof=1) * np.sqrt(28 / 27))
    assert many.high / one.high == pytest.approx(stats.t.ppf(1 - 0.025 / 40, 27) / stats.t.ppf(0.975, 27))


def test_shared_intervals_hold_together() -> None:
    """Of 400 families of 10 intervals of dependent means, about 95% or more miss no truth."""
    random, held = np.random.default_rng(1), 0
    for _ in range(400):
        rows = random.normal(size=(30, 10)) + random.normal(size=(30, 1))
        errors = rows.var(axis=0, ddof=1) / 30
        tail = intervals.shared(10)
        found = [intervals.symmetric(m, e, 30, tail=tail) for m, e in zip(rows.mean(axis=0), errors, strict=True)]
        held += all(b.low <= 0 <= b.high for b in found)
    assert held >= 0.93 * 400


def test_too_few_replicates_give_no_interval() -> None:
    assert np.isnan(intervals.spread(0.0, np.zeros(19), 30, tail=0.025).high)
