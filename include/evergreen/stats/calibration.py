"""How far probabilities are from the shares that come true."""

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats, Statistic, Units, Weights, drawn
from evergreen.stats.cells import cell_sums

BINS = 15
"""As in Guo et al. (2017), "On calibration of modern neural networks", *ICML*."""


def bins(scores: Floats) -> NDArray[np.intp]:
    """The bin of each row among at most ``BINS`` of equal mass; rows of one score share a bin.

    Source: Nixon et al. (2019), "Measuring calibration in deep learning", *CVPR workshops*: bins of equal width leave most
    of them nearly empty where scores are crowded.

    >>> bins(np.arange(30.0))[[0, 1, 2, 28, 29]]
    array([ 0,  0,  1, 14, 14])
    """
    edges = np.quantile(scores, np.arange(1, BINS) / BINS)
    found: NDArray[np.intp] = np.searchsorted(edges, scores, side="right")
    return found


def expected_calibration_error(hits: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The mean, over the rows, of how far the mean score of a row's bin is from the share of hits in it: 0 is perfect.

    Bins are those of the rows as they are, in every resample. Noise alone makes the number larger than 0, in a resample
    once more: use the basic interval.

    Parameters
    ----------
    hits
        n values: what was given a probability came true.
    scores
        n probabilities.
    """
    sums = cell_sums(bins(scores), scores - hits, units, cells=BINS)
    rows = drawn(units)

    def statistic(weights: Weights) -> Floats:
        with np.errstate(invalid="ignore"):
            error: Floats = np.abs(sums(weights)).sum(axis=1) / rows(weights)
        return error

    return statistic
