"""What chance gives, when rows of one unit move together and when they do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evergreen.stats.blocks import Blocks, chance, distances

WIDTHS, GROUPS = (6, 4), 10


def _days(random: np.random.Generator, days: int, rows: int, effect: float) -> np.ndarray:
    """Rows by day and group of one column of ten groups and no new ones or nulls; a day moves all its rows."""
    values = random.normal(size=(days, rows)) + effect * random.normal(size=(days, 1))
    edges = np.sqrt(1 + effect**2) * np.array([-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28])
    found = [np.bincount(np.searchsorted(edges, day), minlength=12) for day in values]
    return np.array(found, dtype=np.float64)


def _blocks(counts: np.ndarray, units: int | None = None) -> Blocks:
    return Blocks((counts.shape[1],), counts.sum(axis=0), counts, units or len(counts))


@given(arrays(np.float64, GROUPS, elements=st.integers(0, 50)), arrays(np.float64, GROUPS, elements=st.integers(0, 50)))
def test_distances_are_those_of_shares(current: np.ndarray, reference: np.ndarray) -> None:
    blocks = Blocks(WIDTHS, reference, None, 100)
    found = distances(blocks, current, reference)
    assert found.shape == (6,)
    assert (found >= 0).all()
    np.testing.assert_allclose(distances(blocks, 3 * current, reference), found, atol=1e-12)
    np.testing.assert_allclose(distances(blocks, reference, reference), 0, atol=1e-12)


def test_nulls_and_new_categories_do_not_count_as_other_values() -> None:
    blocks = Blocks((4,), np.array([50.0, 50, 0, 0]), None, 100)
    values, new, nulls = distances(blocks, np.array([30.0, 30, 20, 20]), blocks.rows)
    assert values == 0
    assert min(new, nulls) > 0


@pytest.mark.parametrize(("effect", "rows"), [(0.0, 100), (0.4, 100)])
def test_unchanged_days_are_seldom_called_different(effect: float, rows: int) -> None:
    random, found = np.random.default_rng(1), []
    for seed in range(40):
        blocks = _blocks(_days(random, 60, rows, effect))
        null = chance(blocks, units=10, rows=10 * rows, seed=seed, draws=499)
        windows = (_days(random, 10, rows, effect).sum(axis=0) for _ in range(5))
        found += [float(null.p_values(distances(blocks, window, blocks.rows))[0]) for window in windows]
    shares = [np.mean(np.array(found) <= level) for level in (0.5, 0.1, 0.01)]
    assert 0.3 < shares[0] < 0.65
    assert shares[1] < 0.17
    assert shares[2] < 0.04


def test_independent_rows_would_be_called_different_where_days_differ() -> None:
    random = np.random.default_rng(2)
    counts, window = _days(random, 60, 100, 0.7), _days(random, 10, 100, 0.7).sum(axis=0)
    naive = Blocks((12,), counts.sum(axis=0), None, 6_000)
    by_rows = chance(naive, units=1_000, rows=1_000, seed=0, draws=499)
    by_day = chance(_blocks(counts), units=10, rows=1_000, seed=0, draws=499)
    observed = distances(naive, window, naive.rows)
    assert by_rows.p_values(observed)[0] < 1e-6
    assert by_day.p_values(observed)[0] > 0.01


def test_blocks_of_several_units_give_the_spread_of_as_many_units() -> None:
    random = np.random.default_rng(3)
    single = _days(random, 600, 20, 0.5)
    joined = single.reshape(60, 10, 12).sum(axis=1)
    by_unit = chance(_blocks(single), units=50, rows=1_000, seed=0).draws[:, 0].mean()
    by_block = chance(_blocks(joined, units=600), units=50, rows=1_000, seed=0).draws[:, 0].mean()
    assert by_block == pytest.approx(by_unit, rel=0.15)


def test_a_window_of_fewer_rows_than_its_units_have_is_noisier() -> None:
    blocks = _blocks(_days(np.random.default_rng(4), 60, 100, 0.1))
    full, thin, more = (chance(blocks, units=10, rows=rows, seed=0).draws[:, 0].mean() for rows in (1_000, 100, 5_000))
    assert thin > 5 * full
    assert more == full


def test_equal_inputs_give_equal_draws() -> None:
    blocks = _blocks(_days(np.random.default_rng(5), 30, 50, 0.3))
    one, same, other = (chance(blocks, units=7, rows=350, seed=seed, draws=99).draws for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
