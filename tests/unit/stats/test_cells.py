"""Sums over cells against the sums themselves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evergreen.stats.cells import cell_sums

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.floats(-9, 9)), min_size=1, max_size=40)


@given(ROWS, st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_it_is_the_weighted_sum_of_each_cell(rows: list[tuple[int, int, float]], weights: list[int]) -> None:
    cell, unit = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    values, weight = np.array([r[2] for r in rows]), np.array(weights, dtype=np.uint8)
    found = cell_sums(cell, values, unit, cells=4)(weight[None])
    expected = [(weight[unit] * values)[cell == c].sum() for c in range(4)]
    np.testing.assert_allclose(found, [expected], atol=1e-9)
