"""The area under the ROC curve that probabilities let one expect, without a label."""

import numpy as np

from evergreen.stats.bootstrap import Floats, Statistic, Units, Weights


def expected_roc_auc(chances: Floats, scores: Floats, units: Units) -> Statistic:
    """Of rows that are positive with these chances and ranked by these scores: expected rightly ranked pairs over all pairs.

    In O(n log n): sorted once, then one pass per resample. It differs from the mean area over all labels by terms of order
    1/n. NaN where no pair can be expected.

    Parameters
    ----------
    chances, scores, units
        n values each; chances in [0, 1].

    Examples
    --------
    >>> sure = expected_roc_auc(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.2]), np.arange(3))
    >>> unsure = expected_roc_auc(np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.4, 0.2]), np.arange(3))
    >>> ones = np.ones((1, 3), dtype=np.uint8)
    >>> sure(ones), unsure(ones)
    (array([1.]), array([0.5]))
    """
    from evergreen.stats import expectation_kernels

    order = np.argsort(-scores, kind="stable")
    ranked, chance, unit = scores[order], chances[order], units[order].astype(np.uint32)
    last = np.append(ranked[1:] != ranked[:-1], True).astype(np.uint8)

    def statistic(weights: Weights) -> Floats:
        areas = np.empty(len(weights))
        expectation_kernels.expected_roc_auc(weights, unit, chance, last, areas)
        return areas

    return statistic
