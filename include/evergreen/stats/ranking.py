"""Statistics of a ranking under weights: sorted once, then one pass per resample. Ties count as scikit-learn counts them."""

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats, Statistic, Units


class _Ranking:
    """Rows in descending order of their score; a resample sums all rows once and then looks only at the positives."""

    def __init__(self, positive: NDArray[np.bool_], scores: Floats, units: Units) -> None:
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        first = np.append(True, ranked[1:] != ranked[:-1])
        starts, group = np.flatnonzero(first), np.cumsum(first) - 1
        ends = np.append(starts[1:], len(ranked))
        at = np.flatnonzero(positive[order])
        self.units, self.positives = units[order], at
        # Of each positive row: how many rows, and how many positives, stand above its group of ties or within it.
        self.rows_above, self.rows_within = starts[group[at]], ends[group[at]]
        self.above, self.within = np.searchsorted(at, self.rows_above), np.searchsorted(at, self.rows_within)
        self.counted = np.zeros(len(ranked) + 1)
        self.found = np.zeros(len(at) + 1)

    def count(self, weights: Floats) -> Floats:
        """Fill the running sums of all rows and of the positives; gives the weights of the positives."""
        rows = weights[self.units]
        np.cumsum(rows, out=self.counted[1:])
        positives: Floats = rows[self.positives]
        np.cumsum(positives, out=self.found[1:])
        return positives


def roc_auc(positive: NDArray[np.bool_], scores: Floats, units: Units) -> Statistic:
    """The area under the ROC curve, in [0, 1]; 0.5 means no better than chance. NaN with one class only.

    Parameters
    ----------
    positive, scores, units
        n values each.
    """
    ranking = _Ranking(positive, scores, units)

    def one(weights: Floats) -> float:
        weight = ranking.count(weights)
        counted, found = ranking.counted, ranking.found
        better = counted[ranking.rows_above] - found[ranking.above]
        not_worse = counted[ranking.rows_within] - found[ranking.within]
        negatives = counted[-1] - found[-1]
        pairs = found[-1] * negatives
        return float(weight @ (negatives - (better + not_worse) / 2) / pairs) if pairs else float("nan")

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
        weight = ranking.count(weights)
        if not ranking.found[-1]:
            return float("nan")
        precision = ranking.found[ranking.within] / np.maximum(ranking.counted[ranking.rows_within], 1.0)
        return float(weight @ precision / ranking.found[-1])

    return lambda weights: np.array([one(w) for w in weights])
