"""Lines for the model card, thinned to what an eye can see."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evergreen.records.evaluation import Curve, CurveKind, Role
from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import Floats
from evergreen.stats.calibration import BINS, bins

POINTS = 100
DIGITS = 6
MOST_CLASSES = 8
"""Lines of a multiclass task: the most frequent classes."""
DRAWN: tuple[Role, ...] = ("challenger", "champion")
Flags = NDArray[np.bool_]


def curves(
    task: Task, labels: NDArray[np.generic], scores: Mapping[Role, Floats], classes: Sequence[str]
) -> tuple[Curve, ...]:
    """Of challenger and champion: ROC, precision-recall and calibration, or for a regression calibration and residuals.

    A multiclass task has the first two for each of its most frequent classes against the rest, and the calibration of
    the likeliest class.
    """
    return tuple(curve for role in DRAWN if role in scores for curve in _of(task, role, labels, scores[role], classes))


def _of(task: Task, role: Role, labels: NDArray[np.generic], scores: Floats, classes: Sequence[str]) -> Iterator[Curve]:
    if task == "regression":
        truth = labels.astype(np.float64)
        yield _calibration(role, truth, scores)
        probabilities = np.linspace(0, 1, POINTS)
        yield _curve("residual_quantiles", role, probabilities, np.quantile(truth - scores, probabilities))
    elif task == "binary":
        yield from _ranked(role, "", np.asarray(labels == 1), scores)
        yield _calibration(role, np.asarray(labels == 1).astype(np.float64), scores)
    else:
        frequent = np.argsort(-np.bincount(labels.astype(np.intp), minlength=len(classes)), kind="stable")
        for c in frequent[:MOST_CLASSES]:
            yield from _ranked(role, classes[c], np.asarray(labels == c), scores[:, c])
        hits = np.asarray(scores.argmax(axis=1) == labels).astype(np.float64)
        yield _calibration(role, hits, scores.max(axis=1))


def _ranked(role: Role, of: str, positive: Flags, scores: Floats) -> Iterator[Curve]:
    """ROC and precision-recall; nothing where a class is missing."""
    if positive.all() or not positive.any():
        return
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # the last of equal scores
    found, called = np.cumsum(positive[order])[ends], ends + 1.0
    true_rate, false_rate = found / found[-1], (called - found) / (called[-1] - found[-1])
    corners = np.append(0, true_rate), np.append(0, false_rate)
    kept = _spaced(corners[0] + corners[1])
    yield _curve("roc", role, corners[1][kept], corners[0][kept], of)
    kept = _spaced(true_rate)
    yield _curve("precision_recall", role, true_rate[kept], (found / called)[kept], of)


def _calibration(role: Role, truth: Floats, scores: Floats) -> Curve:
    of_row = bins(scores)
    rows = np.bincount(of_row, minlength=BINS)
    filled = rows > 0
    said, came = (np.bincount(of_row, weights=v, minlength=BINS)[filled] / rows[filled] for v in (scores, truth))
    return _curve("calibration", role, said, came)


def _spaced(rising: Floats) -> NDArray[np.intp]:
    """The places of at most ``POINTS`` values, about evenly spaced, with the first and the last."""
    wanted = np.linspace(rising[0], rising[-1], POINTS - 1)
    places = np.searchsorted(rising, wanted)
    return np.unique(np.append(np.minimum(places, len(rising) - 1), len(rising) - 1))


def _curve(kind: CurveKind, role: Role, x: Floats, y: Floats, of: str = "") -> Curve:
    return Curve(kind=kind, role=role, of=of, x=tuple(x.round(DIGITS).tolist()), y=tuple(y.round(DIGITS).tolist()))
