"""From scores to favourable decisions, and from labels to favourable outcomes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evergreen.spec.fairness import BINARY_THRESHOLD
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats

Flags = NDArray[np.bool_]


def decisions(spec: ModelSpec, scores: Floats, classes: Sequence[str]) -> Flags:
    """For each row whether the model decides favourably.

    Binary: the score lies on the favourable side of the threshold. Multiclass: the likeliest class is the favourable one.
    Regression: the prediction lies on the favourable side; after Agarwal, Dudík and Wu (2019), "Fair regression:
    quantitative definitions and reduction-based algorithms", *ICML*, groups are treated alike where this holds with the same
    chance, here at the one threshold that matters to the decision.
    """
    fairness = spec.fairness
    if spec.task == "multiclass":
        named: Flags = scores.argmax(axis=1) == place(spec, classes)
        return named
    if fairness.threshold is not None:
        return _side(spec, scores >= fairness.threshold)
    return _side(spec, scores >= BINARY_THRESHOLD)


def outcomes(spec: ModelSpec, labels: NDArray[np.generic], classes: Sequence[str]) -> Flags:
    """For each row whether what came true is the favourable outcome; labels as metrics see them."""
    if spec.task == "multiclass":
        return np.asarray(labels == place(spec, classes))
    if spec.task == "regression" and spec.fairness.threshold is not None:
        return _side(spec, labels.astype(np.float64) >= spec.fairness.threshold)
    return _side(spec, np.asarray(labels == 1))


def place(spec: ModelSpec, classes: Sequence[str]) -> int:
    """Where the favourable class stands among ``classes``; -1 when it is not there."""
    return classes.index(spec.fairness.favourable_class) if spec.fairness.favourable_class in classes else -1


def _side(spec: ModelSpec, upper: Flags) -> Flags:
    return upper if spec.fairness.favourable_side == "at_least" else ~upper
