"""The trivial baseline: what one would say of every row without looking at it."""

import numpy as np
from numpy.typing import NDArray

from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import Floats


def baseline(task: Task, labels: NDArray[np.generic], rows: int, *, classes: int = 0) -> Floats:
    """Constant scores: the shares of the classes, or the mean, among the training labels.

    A constant ranks nothing, so that the baseline's AUC is 0.5.

    Parameters
    ----------
    labels
        Of the train span: 0 or 1, class numbers (those outside ``0 … classes - 1`` do not count), or numbers.
    rows
        How many rows to score.
    classes
        Number of classes of a multiclass task.

    Returns
    -------
    ndarray
        (rows,), or (rows, classes) for multiclass.

    Examples
    --------
    >>> baseline("binary", np.array([0, 0, 0, 1]), 2)
    array([0.25, 0.25])
    """
    if task == "multiclass":
        numbers = labels.astype(np.intp)
        counts = np.bincount(numbers[(numbers >= 0) & (numbers < classes)], minlength=classes)
        return np.tile(counts / counts.sum(), (rows, 1))
    return np.full(rows, labels.astype(np.float64).mean())
