"""The metrics that a gate may name: which task they measure, and which direction is better.

Names and definitions are scikit-learn's (``brier`` is ``brier_score_loss``, ``rmse`` is ``root_mean_squared_error``); ``ece``,
the expected calibration error in 15 bins of equal mass, it does not have.

>>> [m.name for m in metrics_of("regression")]
['rmse', 'mae', 'r2']
>>> metric("binary", "roc_auc").larger_is_better
True
"""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, kw_only=True)
class MetricInfo:
    """A metric of one task."""

    name: str
    task: Task
    larger_is_better: bool


METRICS = (
    MetricInfo(name="roc_auc", task="binary", larger_is_better=True),
    MetricInfo(name="average_precision", task="binary", larger_is_better=True),
    MetricInfo(name="log_loss", task="binary", larger_is_better=False),
    MetricInfo(name="brier", task="binary", larger_is_better=False),
    MetricInfo(name="accuracy", task="binary", larger_is_better=True),
    MetricInfo(name="ece", task="binary", larger_is_better=False),
    MetricInfo(name="accuracy", task="multiclass", larger_is_better=True),
    MetricInfo(name="f1_macro", task="multiclass", larger_is_better=True),
    MetricInfo(name="roc_auc_ovr", task="multiclass", larger_is_better=True),
    MetricInfo(name="log_loss", task="multiclass", larger_is_better=False),
    MetricInfo(name="brier", task="multiclass", larger_is_better=False),
    MetricInfo(name="ece", task="multiclass", larger_is_better=False),
    MetricInfo(name="rmse", task="regression", larger_is_better=False),
    MetricInfo(name="mae", task="regression", larger_is_better=False),
    MetricInfo(name="r2", task="regression", larger_is_better=True),
)


def metrics_of(task: Task) -> tuple[MetricInfo, ...]:
    """The metrics of a task; the first is the one that is shown first."""
    return tuple(m for m in METRICS if m.task == task)


def metric(task: Task, name: str) -> MetricInfo:
    """One metric of a task; raises ``KeyError`` for a name that the task does not have."""
    for candidate in metrics_of(task):
        if candidate.name == name:
            return candidate
    raise KeyError(name)
