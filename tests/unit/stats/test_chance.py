"""P-values from draws, near and far out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.stats.chance import LEAST_P, Chance

MANY = np.array([1e6])


def _draws(freedom: int, count: int = 1_999) -> np.ndarray:
    return np.sort(np.random.default_rng(0).chisquare(freedom, (count, 1)), axis=0)


def test_within_the_draws_it_is_their_share_and_beyond_them_a_tail_goes_on() -> None:
    chance = Chance(_draws(4), MANY)
    for value, share in ((3.36, 0.5), (9.49, 0.05), (18.47, 1e-3), (23.51, 1e-4)):
        p = float(chance.p_values(np.array([value]))[0])
        assert share / 3 < p < share * 3, (value, p)


def test_few_units_make_far_values_less_surprising() -> None:
    draws, far = np.repeat(_draws(1), 2, axis=1), np.array([10.8, 10.8])
    few, many = Chance(draws, np.array([10.0, 1e6])).p_values(far)
    assert few > 3 * many


def test_what_never_varied_and_varies_now_is_beyond_chance() -> None:
    chance = Chance(np.zeros((99, 2)), MANY)
    assert chance.p_values(np.array([0.0, 1e-9])) == pytest.approx([1.0, LEAST_P], rel=0.01)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6))
def test_a_larger_distance_is_never_more_likely(values: list[float]) -> None:
    chance = Chance(_draws(3, 199), MANY)
    found = [float(chance.p_values(np.array([value]))[0]) for value in sorted(values)]
    assert all(0 < p <= 1 for p in found)
    assert all(later <= earlier * 1.3 for earlier, later in pairwise(found))
