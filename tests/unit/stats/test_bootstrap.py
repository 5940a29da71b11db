"""The Poisson bootstrap: deterministic, paired, and as wide as the closed form says."""

import numpy as np
import pytest
from scipy import stats

from evergreen.stats import bootstrap, kernels
from evergreen.stats.bootstrap import average, observed, replicates, resampled
from evergreen.stats.bootstrap import drawn as drawn_rows


@pytest.mark.parametrize("units", [50, 51])
def test_the_same_seed_gives_the_same_replicates_whatever_the_block(
    units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean = average(np.arange(float(units)), np.arange(units))
    whole = replicates([mean], units, seed=7)
    monkeypatch.setattr(bootstrap, "BLOCK", 120)
    np.testing.assert_array_equal(replicates([mean], units, seed=7), whole)
    assert not np.array_equal(replicates([mean], units, seed=8), whole)


def test_weights_are_poisson_and_independent() -> None:
    weights = resampled(lambda drawn: drawn.astype(np.float64), 1_001, seed=3)
    expected = stats.poisson.pmf(np.arange(7), 1)
    seen = np.bincount(weights.ravel().astype(np.intp), minlength=7)[:7] / weights.size
    np.testing.assert_allclose(seen, expected, atol=4 * np.sqrt(0.25 / weights.size))
    centred = weights - 1.0
    for neighbour in (centred[:, 1:] * centred[:, :-1], centred[1:] * centred[:-1]):
        assert abs(neighbour.mean()) < 4 / np.sqrt(neighbour.size)


def test_each_weight_has_its_share_of_the_numbers() -> None:
    expected = stats.poisson.cdf(np.arange(kernels.LARGEST), 1) * 2**32
    np.testing.assert_allclose(kernels.STARTS.astype(float), expected, atol=1)
    assert (np.diff(kernels.STARTS.astype(float)) > 0).all()


def test_statistics_of_sums_and_others_stand_in_their_order() -> None:
    units, values = np.arange(30), np.random.default_rng(0).normal(size=30)
    first, last = average(values, units), average(values**2, units)
    drawn = replicates([first, drawn_rows(units), last], 30, seed=1, resamples=50)
    np.testing.assert_array_equal(drawn[:, [0]], replicates([first], 30, seed=1, resamples=50))
    np.testing.assert_array_equal(drawn[:, [2]], replicates([last], 30, seed=1, resamples=50))
    np.testing.assert_array_equal(
        drawn[:, 1], resampled(lambda w: w.sum(axis=1, dtype=float), 30, seed=1, resamples=50)
    )


def test_statistics_share_their_resamples() -> None:
    values = np.random.default_rng(0).normal(size=80)
    drawn = replicates([average(values, np.arange(80)), average(values + 1, np.arange(80))], 80, seed=1)
    np.testing.assert_allclose(drawn[:, 1] - drawn[:, 0], 1)


def test_the_spread_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(1).normal(size=400)
    drawn = replicates([average(values, np.arange(400))], 400, seed=2, resamples=4_000)
    assert drawn.std() == pytest.approx(values.std() / 20, rel=0.05)


def test_rows_of_a_unit_are_drawn_together() -> None:
    units = np.repeat(np.arange(25), 16)
    values = np.random.default_rng(2).normal(size=25)[units]
    together = replicates([average(values, units)], 25, seed=3).std()
    apart = replicates([average(values, np.arange(400))], 400, seed=3).std()
    assert together == pytest.approx(4 * apart, rel=0.2)


def test_unit_weights_give_the_mean_itself() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
    statistic = average(values, np.array([0, 1, 1]))
    np.testing.assert_allclose(statistic(np.ones((1, 2), np.uint8)), [[3.0, 30.0]])
    assert observed(average(values[:, 0], np.array([0, 1, 1])), 2) == pytest.approx(3)


def test_a_resample_without_rows_is_undefined() -> None:
    assert np.isnan(average(np.array([1.0, 2.0]), np.array([0, 1]))(np.zeros((1, 2), np.uint8))).all()
