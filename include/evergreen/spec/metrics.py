"""The metrics that a gate may name, for each task, and which way is better. Their arithmetic is in evaluation.

>>> greater_is_better("roc_auc"), greater_is_better("log_loss")
(True, False)
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal

from evergreen.core.errors import SpecError

Task = Literal["binary", "multiclass", "regression"]

TASK_METRICS: Mapping[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "average_precision", "brier", "log_loss", "accuracy"),
    "multiclass": ("accuracy", "f1_macro", "log_loss", "roc_auc_ovr"),
    "regression": ("rmse", "mae", "r2"),
}
"""Names as scikit-learn spells its scorers, without ``neg_``."""

_LESS_IS_BETTER = frozenset({"brier", "log_loss", "rmse", "mae"})


def greater_is_better(metric: str) -> bool:
    """Whether a larger number of this metric is the better one; a metric has one direction for all tasks."""
    return metric not in _LESS_IS_BETTER


def require_metric(task: Task, metric: str) -> None:
    """Refuse a metric that the task does not have.

    Raises
    ------
    SpecError
        Names the nearest metric of the task, and all of them.
    """
    known = TASK_METRICS[task]
    if metric in known:
        return
    near = get_close_matches(metric, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise SpecError(f"gates: metric {metric!r} is unknown for a {task} task; {hint}It has {', '.join(known)}.")
