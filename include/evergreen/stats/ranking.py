"""Statistics of a ranking under weights: sorted once, then one pass per resample. Ties count as scikit-learn counts them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats, Statistic, Units, Weights


class _Ranking(NamedTuple):
    """Rows in descending order of their score."""

    unit: NDArray[np.uint32]
    positive: NDArray[np.bool_]
    last: NDArray[np.bool_]
    """Whether a row is the last of its ties."""


def _ranking(positive: NDArray[np.bool_], scores: Floats, units: Units) -> _Ranking:
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    return _Ranking(units[order].astype(np.uint32), positive[order], np.append(ranked[1:] != ranked[:-1], True))


def roc_auc(positive: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The area under the ROC curve, in [0, 1]; 0.5 means no better than chance. NaN with one class only.

    Parameters
    ----------
    positive, scores, units
        n values each.
    """
    from evergreen.stats import kernels

    ranked = _ranking(positive, scores, units)
    of_class, last = ranked.positive.astype(np.uint8), ranked.last.astype(np.uint8)

    def statistic(weights: Weights) -> Floats:
        areas = np.empty(len(weights))
        kernels.roc_auc(weights, ranked.unit, of_class, last, areas)
        return areas

    return statistic


def average_precision(positive: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The mean precision over the positives, in (0, 1]; the share of positives for a constant score. NaN without one.

    Parameters
    ----------
    positive, scores, units
        n values each.
    """
    from evergreen.stats import kernels

    ranked = _ranking(positive, scores, units)
    at, ties = np.flatnonzero(ranked.positive), np.flatnonzero(ranked.last)
    tie_of_positive = np.searchsorted(ties, at)
    lasts = np.flatnonzero(np.diff(tie_of_positive, append=len(ties)))
    of_positive, ends = ranked.unit[at], ties[tie_of_positive[lasts]].astype(np.uint32)

    def statistic(weights: Weights) -> Floats:
        precisions = np.empty(len(weights))
        kernels.average_precision(weights, ranked.unit, of_positive, lasts.astype(np.uint32), ends, precisions)
        return precisions

    return statistic
