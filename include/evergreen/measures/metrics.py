"""The standard metrics of each task, as statistics under weights of sampling units.

A statistic is built once from labels and scores and then called with the weights of many resamples; with weights of 1
it is the metric as scikit-learn computes it. Which way is better stands in `evergreen.spec.metrics`.

Labels are 0 or 1 (binary), class numbers ``0 … k - 1`` (multiclass) or numbers (regression). Scores are probabilities of
the positive class (n,), of all classes (n, k), or predicted values (n,).
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from evergreen.spec.metrics import Task
from evergreen.stats import ranking
from evergreen.stats.bootstrap import Floats, Statistic, Units, average
from evergreen.stats.calibration import expected_calibration_error

Labels = NDArray[np.generic]
Builder = Callable[[Labels, Floats, Units], Statistic]

CUT = 0.5
"""A row is called positive from this probability on."""
TINY = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


def roc_auc(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Chance that a positive row ranks above a negative one: 0.5 is no better than chance, 1 is perfect."""
    return ranking.roc_auc(labels == 1, scores, units)


def average_precision(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean precision over the positives: their share is no better than chance, 1 is perfect."""
    return ranking.average_precision(labels == 1, scores, units)


def brier(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean squared distance of probability and outcome: 0 is perfect."""
    return average((scores - labels.astype(np.float64)) ** 2, units)


def log_loss(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean negative log-likelihood of a binary outcome, in nats: 0 is perfect."""
    return average(-np.log(np.clip(np.where(labels == 1, scores, 1 - scores), TINY, 1 - TINY)), units)


def accuracy(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Share of rows called rightly at a probability of 0.5: 1 is perfect."""
    return average(((scores >= CUT) == (labels == 1)).astype(np.float64), units)


def ece(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Expected calibration error: how far probabilities are, on average, from the shares that come true; 0 is perfect."""
    return expected_calibration_error(labels == 1, scores, units)


def class_log_loss(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean negative log-probability of the true class, in nats: 0 is perfect."""
    of_truth = scores[np.arange(len(labels)), labels.astype(np.intp)]
    return average(-np.log(np.clip(of_truth, TINY, 1 - TINY)), units)


def class_accuracy(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Share of rows whose likeliest class is the true one: 1 is perfect."""
    return average((scores.argmax(axis=1) == labels).astype(np.float64), units)


def class_brier(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean squared distance of the probabilities of all classes from the outcome, in [0, 2]: 0 is perfect."""
    truth = np.eye(scores.shape[1])[labels.astype(np.intp)]
    return average(((scores - truth) ** 2).sum(axis=1), units)


def class_ece(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Expected calibration error of the likeliest class's probability (Guo et al. 2017): 0 is perfect."""
    return expected_calibration_error(scores.argmax(axis=1) == labels, scores.max(axis=1), units)


def f1_macro(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean F1 over the classes that occur or are predicted: 1 is perfect."""
    classes = np.arange(scores.shape[1])
    true, called = labels[:, None] == classes, scores.argmax(axis=1)[:, None] == classes

    def mean_f1(shares: Floats) -> Floats:
        both, of_true, of_called = np.split(shares, 3, axis=1)
        seen = of_true + of_called
        with np.errstate(invalid="ignore"):
            each = np.where(seen > 0, 2 * both / np.where(seen > 0, seen, 1), 0)
            mean: Floats = each.sum(axis=1) / (seen > 0).sum(axis=1)
        return mean

    return average(np.hstack([true & called, true, called]).astype(np.float64), units, mean_f1)


def roc_auc_ovr(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean over the classes of the area that tells one from the rest: 0.5 is no better than chance, 1 is perfect.

    NaN when a class of the models does not occur.
    """
    areas = [ranking.roc_auc(labels == c, scores[:, c], units) for c in range(scores.shape[1])]
    return lambda weights: np.mean([area(weights) for area in areas], axis=0)


def rmse(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Root of the mean squared error, in units of the label: 0 is perfect."""
    return average((scores - labels.astype(np.float64)) ** 2, units, np.sqrt)


def mae(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Mean absolute error, in units of the label: 0 is perfect."""
    return average(np.abs(scores - labels.astype(np.float64)), units)


def r2(labels: Labels, scores: Floats, units: Units) -> Statistic:
    """Share of the label's variance that is explained: 0 is no better than its mean, 1 is perfect.

    NaN for a label without variance.
    """
    centred = labels.astype(np.float64) - labels.astype(np.float64).mean()
    error = scores - labels.astype(np.float64)

    def explained(moments: Floats) -> Floats:
        squared, square, mean = moments.T
        variance = square - mean**2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(variance > 0, 1 - squared / variance, np.nan)

    return average(np.column_stack([error**2, centred**2, centred]), units, explained)


INFLATED = frozenset({"ece"})
"""Metrics that noise makes worse, in a resample once more than in the rows: theirs is the basic interval."""
BUILDERS: Mapping[Task, Mapping[str, Builder]] = {
    "binary": {
        "roc_auc": roc_auc,
        "average_precision": average_precision,
        "brier": brier,
        "log_loss": log_loss,
        "accuracy": accuracy,
        "ece": ece,
    },
    "multiclass": {
        "accuracy": class_accuracy,
        "f1_macro": f1_macro,
        "log_loss": class_log_loss,
        "roc_auc_ovr": roc_auc_ovr,
        "brier": class_brier,
        "ece": class_ece,
    },
    "regression": {"rmse": rmse, "mae": mae, "r2": r2},
}
