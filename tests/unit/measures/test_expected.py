"""Expected metrics are those of the labels, where these are certain, and means over labels, where they are not."""

from itertools import product

import numpy as np
import pytest

from evergreen.measures.expected import ESTIMATED, expected
from evergreen.measures.metrics import BUILDERS
from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import observed


def _scores(task: Task, rows: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(5)
    if task == "binary":
        return draw.uniform(size=rows), draw.uniform(size=rows)
    return draw.dirichlet([1, 1, 1], rows), draw.dirichlet([1, 1, 1], rows)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_certain_labels_give_the_metric_itself(task: Task) -> None:
    scores, units = _scores(task, 60)[0], np.arange(60)
    labels = np.arange(60) % (2 if task == "binary" else 3)
    certain = labels.astype(np.float64) if task == "binary" else np.eye(3)[labels]
    found = expected(task, certain, scores, units)
    assert tuple(found) == ESTIMATED[task]
    for name, statistic in found.items():
        assert observed(statistic, 60) == pytest.approx(observed(BUILDERS[task][name](labels, scores, units), 60))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_means_are_expectations_over_all_labels(task: Task) -> None:
    rows, classes = 4, 2 if task == "binary" else 3
    scores, chances = _scores(task, rows)
    each = np.column_stack([1 - chances, chances]) if task == "binary" else chances
    found, units = expected(task, chances, scores, np.arange(rows)), np.arange(rows)
    for name in set(ESTIMATED[task]) - {"roc_auc"}:
        mean = sum(
            float(np.prod(each[units, list(labels)]))
            * observed(BUILDERS[task][name](np.array(labels), scores, units), rows)
            for labels in product(range(classes), repeat=rows)
        )
        assert observed(found[name], rows) == pytest.approx(mean)


def test_a_regression_has_none() -> None:
    assert expected("regression", np.ones(3), np.ones(3), np.arange(3)) == {}
