"""The standard metrics of each task on rows of the training: for the diary, not for a verdict."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics as library

from evergreen.features.scores import Task, classes, scores
from evergreen.training.fit import Rows

Floats = npt.NDArray[np.float64]
PARTS: Mapping[Task, Mapping[str, Callable[[Any, Floats, tuple[str, ...]], float]]] = {
    "binary": {
        "roc_auc": lambda y, s, _: library.roc_auc_score(y, s),
        "average_precision": lambda y, s, _: library.average_precision_score(y, s),
        "brier": lambda y, s, _: library.brier_score_loss(y, s),
        "log_loss": lambda y, s, _: library.log_loss(y, s),
    },
    "multiclass": {
        "accuracy": lambda y, s, names: library.accuracy_score(y, np.array(names, dtype=object)[s.argmax(axis=1)]),
        "log_loss": lambda y, s, names: library.log_loss(y, s, labels=list(names)),
    },
    "regression": {
        "rmse": lambda y, s, _: library.root_mean_squared_error(y, s),
        "mae": lambda y, s, _: library.mean_absolute_error(y, s),
        "r2": lambda y, s, _: library.r2_score(y, s),
    },
}


def metrics(task: Task, pipeline: Any, rows: Rows, span: str, answers: Floats | None = None) -> dict[str, float]:
    """Each metric of the task as ``<span>_<metric>``.

    Empty where the rows cannot be measured: fewer than two, one class only, a class that training never saw.

    Parameters
    ----------
    answers
        The scores of these rows, where they are known already.
    """
    names = classes(task, pipeline)
    found = set(rows.label.tolist())
    strange = task == "multiclass" and not found <= set(names)
    if len(rows.label) < 2 or strange or (task == "binary" and len(found) < 2):
        return {}
    answers = scores(task, pipeline, rows.features) if answers is None else answers
    return {f"{span}_{name}": float(metric(rows.label, answers, names)) for name, metric in PARTS[task].items()}
