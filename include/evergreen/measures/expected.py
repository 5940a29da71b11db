"""Metrics as probabilities let one expect them, as statistics under weights of sampling units.

The label of a row is taken to be drawn by the probabilities that belong to it; the metric of the scores is then expected in
closed form. Rows whose probabilities are right on average give a right estimate; a change of what comes true of the same
inputs they cannot see.

Sources
-------
Guillory et al. (2021), "Predicting with confidence on unseen distributions", *ICCV*; Garg et al. (2022), "Leveraging
unlabeled data to predict out-of-distribution performance", *ICLR*: means over the confidence of scores.
"""

from collections.abc import Mapping

import numpy as np

from evergreen.measures.metrics import CUT, TINY
from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import Floats, Statistic, Units, average
from evergreen.stats.expectation import expected_roc_auc

ESTIMATED: Mapping[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss", "brier", "accuracy"),
    "multiclass": ("accuracy", "log_loss", "brier"),
    "regression": (),
}
"""The metrics of a task that can be expected; a predicted value says nothing of its own error."""


def expected(task: Task, chances: Floats, scores: Floats, units: Units) -> dict[str, Statistic]:
    """Each metric of ``ESTIMATED``.

    Parameters
    ----------
    chances
        Of the positive class (n,), or of every class (n, k).
    scores
        What the model said, of the same shape.
    """
    if task == "binary":
        return {
            "roc_auc": expected_roc_auc(chances, scores, units),
            "log_loss": average(chances * _surprise(scores) + (1 - chances) * _surprise(1 - scores), units),
            "brier": average(chances * (1 - scores) ** 2 + (1 - chances) * scores**2, units),
            "accuracy": average(np.where(scores >= CUT, chances, 1 - chances), units),
        }
    if task == "multiclass":
        called = scores.argmax(axis=1)
        squared = (scores**2).sum(axis=1) - 2 * (chances * scores).sum(axis=1) + chances.sum(axis=1)
        return {
            "accuracy": average(chances[np.arange(len(chances)), called], units),
            "log_loss": average((chances * _surprise(scores)).sum(axis=1), units),
            "brier": average(squared, units),
        }
    return {}


def _surprise(scores: Floats) -> Floats:
    surprise: Floats = -np.log(np.clip(scores, TINY, 1 - TINY))
    return surprise
