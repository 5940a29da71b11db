"""The area under the ROC curve, its variance and paired differences in closed form, with ties and clusters.

Sources
-------
DeLong, DeLong and Clarke-Pearson (1988), "Comparing the areas under two or more correlated receiver operating
characteristic curves", *Biometrics* 44, 837-845: the covariance of paired areas.
Sun and Xu (2014), "Fast implementation of DeLong's algorithm", *IEEE Signal Processing Letters* 21, 1389-1393: the same
from midranks, in O(n log n).
Obuchowski (1997), "Nonparametric analysis of clustered ROC curve data", *Biometrics* 53, 567-578: rows of one cluster
are not independent. With one row a cluster it is DeLong's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evergreen.stats import intervals
from evergreen.stats.intervals import TAIL, Bounds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PairedAucs:
    """Areas of several scores of the same rows.

    Attributes
    ----------
    values
        One area per score, in [0, 1]; 0.5 means no better than chance.
    covariance
        Of the areas, one row and column per score; NaN when a class is in fewer than two clusters.
    units
        Clusters, or rows where there are none.
    pairs
        Independent pairs of a positive and a negative row that the clusters allow, without using one twice.
    """

    values: Floats
    covariance: Floats
    units: int
    pairs: int


def paired_aucs(labels: ArrayLike, scores: ArrayLike, clusters: ArrayLike | None = None) -> PairedAucs:
    """Areas under the ROC curve and their covariance.

    Parameters
    ----------
    labels
        n values; true marks a positive row.
    scores
        (n,) or (n, k) finite numbers, one column per model; a larger one speaks for the positive class.
    clusters
        n integers in ``0 … units - 1``, the sampling unit of each row; None when rows are independent.

    Raises
    ------
    ValueError
        When there is one class only.

    Examples
    --------
    >>> both = paired_aucs([0, 0, 1, 1], [[0.1, 0.4], [0.4, 0.1], [0.35, 0.3], [0.8, 0.8]])
    >>> both.values
    array([0.75, 0.75])
    """
    positive = np.asarray(labels, dtype=bool)
    columns = np.atleast_2d(np.asarray(scores, dtype=np.float64).T)
    if positive.all() or not positive.any():
        raise ValueError(f"An AUC needs both classes; there are {positive.sum()} positive rows among {len(positive)}.")
    unit = np.arange(len(positive)) if clusters is None else np.asarray(clusters)
    units = int(unit.max()) + 1
    of_positives, of_negatives = unit[positive], unit[~positive]
    components = [_structural_components(positive, column) for column in columns]
    values = np.array([v10.mean() for v10, _ in components])
    centred = zip(components, values, strict=True)
    sums = [(_sums(of_positives, v10 - a, units), _sums(of_negatives, v01 - a, units)) for (v10, v01), a in centred]
    with_positive, with_negative = (int((np.bincount(of) > 0).sum()) for of in (of_positives, of_negatives))
    a = np.array([s for s, _ in sums]) / len(of_positives)
    b = np.array([s for _, s in sums]) / len(of_negatives)
    covariance = _small_sample(with_positive) * a @ a.T + _small_sample(with_negative) * b @ b.T
    covariance += _small_sample(units) * (a @ b.T + b @ a.T)
    return PairedAucs(values, covariance, units, min(with_positive, with_negative, units // 2))


def auc(labels: ArrayLike, scores: ArrayLike, clusters: ArrayLike | None = None) -> Bounds:
    """One area and its interval, symmetric on the logit scale.

    An area of exactly 0 or 1 has no variance; its interval is then the exact binomial one for as many independent pairs
    as the clusters hold, which is wide for few of them.

    >>> [round(bound, 3) for bound in auc([0] * 10 + [1] * 10, range(20))]
    [1.0, 0.692, 1.0]
    """
    return _bounds(paired_aucs(labels, scores, clusters), 0)


def auc_difference(
    labels: ArrayLike, a: ArrayLike, b: ArrayLike, clusters: ArrayLike | None = None, *, tail: float = TAIL
) -> Bounds:
    """The area of ``a`` minus that of ``b``, paired on the same rows; 0 means that they rank equally well.

    The interval leaves out ``tail`` on each side.

    Where two different areas have no variance (one of them separates the classes perfectly and the other says nothing),
    the interval is recovered from those of the two areas.
    """
    both = paired_aucs(labels, np.column_stack([a, b]), clusters)
    value = float(both.values[0] - both.values[1])
    variance = float(both.covariance[0, 0] + both.covariance[1, 1] - 2 * both.covariance[0, 1])
    if value != 0 and variance <= _rounding(both):
        return intervals.difference(_bounds(both, 0, tail), _bounds(both, 1, tail))
    return intervals.symmetric(value, max(variance, 0.0), both.units, least=-1, most=1, tail=tail)


def _structural_components(positive: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """For each row the share of the other class that it is ranked rightly against, ties counting half."""
    distinct, tie = np.unique(scores, return_inverse=True)
    positives, negatives = (np.bincount(tie[rows], minlength=len(distinct)) for rows in (positive, ~positive))
    m, n = positives.sum(), negatives.sum()
    of_positives = (negatives.cumsum() - negatives / 2) / n
    of_negatives = 1 - (positives.cumsum() - positives / 2) / m
    return of_positives[tie[positive]], of_negatives[tie[~positive]]


def _sums(unit: NDArray[np.intp], values: Floats, units: int) -> Floats:
    totals: Floats = np.bincount(unit, weights=values, minlength=units).astype(np.float64)
    return totals


def _small_sample(units: int) -> float:
    return units / (units - 1) if units > 1 else float("nan")


def _rounding(aucs: PairedAucs) -> float:
    """Variances below this are zero but for rounding."""
    return float(np.finfo(np.float64).eps) * max(1.0, float(np.trace(aucs.covariance)))


def _bounds(aucs: PairedAucs, index: int, tail: float = TAIL) -> Bounds:
    value, variance = float(aucs.values[index]), float(aucs.covariance[index, index])
    if value in (0.0, 1.0):
        return intervals.exact(value, aucs.pairs, tail)
    return intervals.logit(value, max(variance, 0.0), aucs.units, tail)
