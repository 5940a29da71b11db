"""Bins of equal mass, and an interval that does not take noise for miscalibration."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evergreen.stats.bootstrap import observed, replicates
from evergreen.stats.calibration import BINS, bins, expected_calibration_error
from evergreen.stats.intervals import basic, percentile


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200))
def test_rows_of_one_score_share_a_bin_and_bins_rise_with_the_score(scores: list[int]) -> None:
    values = np.array(scores, dtype=float)
    found = bins(values)
    assert found.max() < BINS
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    for value in set(scores):
        assert len(set(found[values == value])) == 1


def test_bins_hold_equally_many() -> None:
    sizes = np.bincount(bins(np.random.default_rng(0).random(3_000)), minlength=BINS)
    assert sizes.min() == sizes.max() == 200


def test_noise_is_not_taken_for_miscalibration() -> None:
    """Probabilities are off by 0.02: the percentile interval lies above that, for noise counts in it twice."""
    random, units = np.random.default_rng(0), np.arange(2_000)
    covered = {basic: 0, percentile: 0}
    for seed in range(30):
        scores = random.beta(2, 5, 2_000)
        error = expected_calibration_error(random.random(2_000) < scores + 0.02, scores, units)
        drawn, value = replicates([error], 2_000, seed=seed, resamples=200)[:, 0], observed(error, 2_000)
        for bounds in (basic(value, drawn, 2_000, least=0, most=1), percentile(value, drawn, 2_000)):
            kind = percentile if bounds == percentile(value, drawn, 2_000) else basic
            covered[kind] += bounds.low <= 0.02 <= bounds.high
    assert covered[basic] >= 24
    assert covered[percentile] <= 6


def test_a_shift_of_all_probabilities_is_the_error() -> None:
    random = np.random.default_rng(1)
    scores = random.uniform(0.2, 0.6, 40_000)
    hits = random.random(40_000) < scores + 0.1
    units = np.arange(40_000)
    assert abs(observed(expected_calibration_error(hits, scores, units), 40_000) - 0.1) < 0.01
