"""Statistics of a ranking under weights: sorted once, then one pass per resample. Ties count as scikit-learn counts them."""

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats, Statistic, Units


class _Ranking:
    """Rows in descending order of their score, and where each group of equal scores ends."""

    def __init__(self, positive: NDArray[np.bool_], scores: Floats, units: Units) -> None:
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        self.units = units[order]
        self.positive = positive[order].astype(np.float64)
        self.ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Weighted positives, and all rows, at or above the score of each group."""
        rows = weights[self.units]
        return np.cumsum(rows * self.positive)[self.ends], np.cumsum(rows)[self.ends]


def roc_auc(positive: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The area under the ROC curve, in [0, 1]; 0.5 means no better than chance. NaN with one class only.

    Parameters
    ----------
    positive, scores, units
        n values each.
    """
    ranking = _Ranking(positive, scores, units)

    def one(weights: Floats) -> float:
        positives, rows = ranking.counts(weights)
        negatives = rows - positives
        area = np.diff(negatives, prepend=0.0) @ (positives - np.diff(positives, prepend=0.0) / 2)
        pairs = positives[-1] * negatives[-1]
        return float(area / pairs) if pairs else float("nan")

    return lambda weights: np.array([one(w) for w in weights])


def average_precision(positive: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The mean precision over the positives, in (0, 1]; the share of positives for a constant score. NaN without one.

    Parameters
    ----------
    positive, scores, units
        n values each.
    """
    ranking = _Ranking(positive, scores, units)

    def one(weights: Floats) -> float:
        positives, rows = ranking.counts(weights)
        if not positives[-1]:
            return float("nan")
        precision = positives / np.maximum(rows, 1.0)
        return float(np.diff(positives, prepend=0.0) @ precision / positives[-1])

    return lambda weights: np.array([one(w) for w in weights])
