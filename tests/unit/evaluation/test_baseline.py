"""The trivial baseline says one thing of every row."""

import numpy as np

from evergreen.evaluation.baseline import baseline


def test_multiclass_gives_the_shares_of_the_known_classes() -> None:
    found = baseline("multiclass", np.array([0, 0, 1, -1]), 2, classes=3)
    np.testing.assert_allclose(found, [[2 / 3, 1 / 3, 0]] * 2)


def test_regression_gives_the_mean() -> None:
    np.testing.assert_allclose(baseline("regression", np.array([1.0, 2.0, 6.0]), 2), [3.0, 3.0])
