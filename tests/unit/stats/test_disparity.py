"""Disparities of counts; that they are fairlearn's is shown beside the station."""

import numpy as np

from evergreen.stats.disparity import (
    demographic_parity_difference,
    disparate_impact_ratio,
    equalized_odds_difference,
    rates,
)


def counts(*groups: tuple[int, int, int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([np.concatenate(groups)], dtype=float)


def test_groups_that_are_treated_alike_have_neutral_values() -> None:
    found = rates(counts((6, 2, 1, 3), (12, 4, 2, 6)))
    assert demographic_parity_difference(found) == 0
    assert equalized_odds_difference(found) == 0
    assert disparate_impact_ratio(found) == 1


def test_a_group_that_a_resample_lacks_does_not_count() -> None:
    found = rates(counts((6, 2, 1, 3), (0, 0, 0, 0), (5, 5, 5, 5)))
    np.testing.assert_allclose(demographic_parity_difference(found), 0.5 - 5 / 12)


def test_nobody_selected_has_no_ratio() -> None:
    assert np.isnan(disparate_impact_ratio(rates(counts((6, 0, 1, 0), (5, 0, 5, 0))))).all()


def test_no_rows_at_all_are_undefined() -> None:
    assert np.isnan(equalized_odds_difference(rates(counts((0, 0, 0, 0), (0, 0, 0, 0))))).all()
