"""How well one feature alone predicts the label: what does so almost perfectly knows the outcome."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

FOLDS = 5
MIN_SUPPORT = 20
"""Fewest rows (of either class) for which the values of a column with nulls are judged apart from its nulls."""


def numeric_strength(task: str, label: NDArray[np.generic], values: Floats) -> float:
    """Strength of a numeric feature: of its values where there are some, and of whether there is one.

    Parameters
    ----------
    task
        ``binary``, ``multiclass`` or ``regression``.
    label
        n values: true for the positive class, the class, or the number.
    values
        n numbers, NaN where there is none.

    Returns
    -------
    float
        Binary: the area under the ROC curve, folded to [0.5, 1]. Multiclass: the mean of each class against the rest,
        weighted by the class's share. Regression: Spearman's rank correlation without its sign. Neutral: 0.5, or 0.

    >>> numeric_strength("binary", np.array([False, False, True, True]), np.array([4.0, 3.0, 2.0, 1.0]))
    1.0
    """
    known = ~np.isnan(values)
    missing = _weighted(task, label, lambda target: abs(_association(task, target, known.astype(np.float64))))
    present = _weighted(task, label, lambda target: abs(_of_known(task, target, values, known)))
    return _neutral(task) + max(missing, present)


def categorical_strength(task: str, label: NDArray[np.generic], values: pa.Array, moments: NDArray[np.int64]) -> float:
    """Strength of a categorical feature: of the mean label of each category, taken from other rows than the one judged.

    An identifier has no other rows, so it predicts nothing. Rows of one moment are in one fold.

    Parameters
    ----------
    task, label
        As for ``numeric_strength``.
    values
        n categories; null is one, too.
    moments
        n event times, whole numbers.

    >>> flags = pa.array(["yes", "no"] * 50)
    >>> categorical_strength("binary", np.tile([True, False], 50), flags, np.arange(100))
    1.0
    """
    codes = pc.dictionary_encode(values, null_encoding="encode").indices.to_numpy(zero_copy_only=False)
    folds = _folds(moments)
    return _neutral(task) + _weighted(
        task, label, lambda target: max(0.0, _association(task, target, _means_of_others(target, codes, folds)))
    )


def _neutral(task: str) -> float:
    return 0.0 if task == "regression" else 0.5


def _weighted(task: str, label: NDArray[np.generic], strength: Callable[[Floats], float]) -> float:
    """The strength for one target, or for each class against the rest, weighted by its share."""
    if task != "multiclass":
        return strength(label.astype(np.float64))
    classes, counts = np.unique(label, return_counts=True)
    return float(
        sum(n * strength((label == c).astype(np.float64)) for c, n in zip(classes, counts, strict=True)) / len(label)
    )


def _association(task: str, target: Floats, score: Floats) -> float:
    """Area under the ROC curve less 0.5, or Spearman's correlation: signed, 0 where either is constant."""
    if not target.size or np.ptp(target) == 0 or np.ptp(score) == 0:
        return 0.0
    ranks = rankdata(score)
    if task == "regression":
        return float(np.corrcoef(ranks, rankdata(target))[0, 1])
    positive = target == 1
    positives, negatives = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() / positives - (positives + 1) / 2) / negatives) - 0.5


def _of_known(task: str, target: Floats, values: Floats, known: NDArray[np.bool_]) -> float:
    few = int(known.sum()) if task == "regression" else min(int(target[known].sum()), int((1 - target[known]).sum()))
    if not known.all() and few < MIN_SUPPORT:
        return 0.0
    return _association(task, target[known], values[known])


def _folds(moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """A fold for each moment: a multiplicative hash, so that regular times spread, too."""
    mixed = moments.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(40)) % np.uint64(FOLDS)).astype(np.int64)


def _means_of_others(target: Floats, codes: NDArray[np.int64], folds: NDArray[np.int64]) -> Floats:
    """For each row the mean target of its category in the other folds; the mean of all rows where there is none."""
    cells = codes.astype(np.int64) * FOLDS + folds
    size = (int(codes.max()) + 1) * FOLDS
    counts = np.bincount(cells, minlength=size).reshape(-1, FOLDS)
    sums = np.bincount(cells, weights=target, minlength=size).reshape(-1, FOLDS)
    others = counts.sum(axis=1, keepdims=True) - counts
    means = np.full(others.shape, target.mean())
    np.divide(sums.sum(axis=1, keepdims=True) - sums, others, out=means, where=others > 0)
    judged: Floats = means.ravel()[cells]
    return judged
