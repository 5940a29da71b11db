"""The table of metrics has no holes."""

from typing import get_args

import pytest

from evergreen.spec.metrics import METRICS, Task, metric, metrics_of


def test_a_name_is_unique_within_its_task() -> None:
    assert len({(m.task, m.name) for m in METRICS}) == len(METRICS)


@pytest.mark.parametrize("task", get_args(Task))
def test_every_task_has_a_metric_with_a_minimum(task: Task) -> None:
    assert any(m.larger_is_better for m in metrics_of(task))
    assert all(metric(task, m.name) is m for m in metrics_of(task))


def test_an_unknown_metric_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        metric("regression", "roc_auc")
