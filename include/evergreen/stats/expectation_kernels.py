"""The loop behind `expectation`, compiled once; imported by the function that calls it."""

import numpy as np

from evergreen.stats.kernels import Bytes, Floats, Indices, compiled


@compiled
def expected_roc_auc(weights: Bytes, unit: Indices, chance: Floats, last: Bytes, areas: Floats) -> None:
    """As `roc_auc`, of rows that are positive with a chance: the expected rightly ranked pairs over all expected pairs.

    A row makes no pair with itself, nor with its other copies in a resample, which have its class.
    """
    for r in range(len(weights)):
        above, negatives, right, same = 0.0, 0.0, 0.0, 0.0
        of_tie, not_of_tie = 0.0, 0.0
        for i in range(len(unit)):
            weight = float(weights[r, unit[i]])
            of_tie += weight * chance[i]
            not_of_tie += weight * (1.0 - chance[i])
            same += weight * weight * chance[i] * (1.0 - chance[i])
            if last[i]:
                right += not_of_tie * (above + 0.5 * of_tie)
                above += of_tie
                negatives += not_of_tie
                of_tie, not_of_tie = 0.0, 0.0
        pairs = above * negatives - same
        areas[r] = (right - 0.5 * same) / pairs if pairs > 0 else np.nan
