"""Each metric against scikit-learn, with weights; and the table of names."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as reference

from evergreen.measures.metrics import BUILDERS
from evergreen.spec.metrics import Task, metrics_of
from evergreen.stats.calibration import BINS

ROWS, UNITS = 400, 20
RANDOM = np.random.default_rng(0)
UNIT = RANDOM.integers(0, UNITS, ROWS)
BINARY = (RANDOM.random(ROWS) < 0.3).astype(np.int8)
PROBABILITY = np.clip(RANDOM.beta(2, 3, ROWS) + 0.2 * BINARY, 0, 1).round(2)
CLASS = RANDOM.integers(0, 3, ROWS)
SHARES = RANDOM.dirichlet([1, 1, 1], ROWS) * 0.7 + 0.3 * np.eye(3)[CLASS]
NUMBER = RANDOM.normal(5, 2, ROWS)
GUESS = NUMBER + RANDOM.normal(0, 1, ROWS)

Weights = NDArray[np.float64]
Reference = Callable[[NDArray[np.float64]], float]


def binned(scores: Weights, hits: NDArray[np.bool_], w: Weights) -> float:
    """The expected calibration error by a loop over bins; scores are given in steps, so that ties stand on edges."""
    edges = np.quantile(scores, np.arange(1, BINS) / BINS)
    bin_of_row = np.array([sum(s >= e for e in edges) for s in scores])
    error = 0.0
    for b in range(BINS):
        inside = bin_of_row == b
        if w[inside].sum():
            error += w[inside].sum() * abs(np.average(scores[inside] - hits[inside], weights=w[inside]))
    return error / float(w.sum())


def called(w: NDArray[np.float64]) -> float:
    return float(reference.accuracy_score(CLASS, SHARES.argmax(axis=1), sample_weight=w))


REFERENCES: dict[Task, dict[str, Reference]] = {
    "binary": {
        "roc_auc": lambda w: reference.roc_auc_score(BINARY, PROBABILITY, sample_weight=w),
        "average_precision": lambda w: reference.average_precision_score(BINARY, PROBABILITY, sample_weight=w),
        "brier": lambda w: reference.brier_score_loss(BINARY, PROBABILITY, sample_weight=w),
        "log_loss": lambda w: reference.log_loss(BINARY, PROBABILITY, sample_weight=w),
        "accuracy": lambda w: reference.accuracy_score(BINARY, PROBABILITY >= 0.5, sample_weight=w),
        "ece": lambda w: binned(PROBABILITY, BINARY == 1, w),
    },
    "multiclass": {
        "accuracy": called,
        "f1_macro": lambda w: reference.f1_score(CLASS, SHARES.argmax(axis=1), average="macro", sample_weight=w),
        "log_loss": lambda w: reference.log_loss(CLASS, SHARES, sample_weight=w),
        "roc_auc_ovr": lambda w: np.mean(
            [reference.roc_auc_score(c == CLASS, SHARES[:, c], sample_weight=w) for c in range(3)]
        ),
        "brier": lambda w: reference.brier_score_loss(CLASS, SHARES, sample_weight=w),
        "ece": lambda w: binned(SHARES.max(axis=1), SHARES.argmax(axis=1) == CLASS, w),
    },
    "regression": {
        "rmse": lambda w: reference.root_mean_squared_error(NUMBER, GUESS, sample_weight=w),
        "mae": lambda w: reference.mean_absolute_error(NUMBER, GUESS, sample_weight=w),
        "r2": lambda w: reference.r2_score(NUMBER, GUESS, sample_weight=w),
    },
}
DATA: dict[Task, tuple[NDArray[np.generic], NDArray[np.float64]]] = {
    "binary": (BINARY, PROBABILITY),
    "multiclass": (CLASS, SHARES),
    "regression": (NUMBER, GUESS),
}
CASES = [(task, name) for task, named in REFERENCES.items() for name in named]


@pytest.mark.parametrize("task", REFERENCES)
def test_every_metric_that_a_gate_may_name_is_computed(task: Task) -> None:
    assert set(BUILDERS[task]) == {m.name for m in metrics_of(task)} == set(REFERENCES[task])


@pytest.mark.parametrize(("task", "name"), CASES)
def test_it_is_scikit_learns_with_and_without_weights(task: Task, name: str) -> None:
    weights = np.vstack([np.ones(UNITS), np.random.default_rng(1).poisson(1, (5, UNITS))]).astype(np.uint8)
    labels, scores = DATA[task]
    found = BUILDERS[task][name](labels, scores, UNIT)(weights)
    assert found == pytest.approx([REFERENCES[task][name](w[UNIT]) for w in weights.astype(float)])


@pytest.mark.parametrize(("task", "name"), CASES)
def test_a_resample_without_rows_is_undefined(task: Task, name: str) -> None:
    labels, scores = DATA[task]
    assert np.isnan(BUILDERS[task][name](labels, scores, UNIT)(np.zeros((2, UNITS), np.uint8))).all()


@pytest.mark.parametrize("task", REFERENCES)
def test_the_directions_of_the_table_are_true(task: Task) -> None:
    """A perfect answer is on the better side of a bad one."""
    truth = {"binary": BINARY.astype(float), "multiclass": np.eye(3)[CLASS], "regression": NUMBER}[task]
    labels, scores = DATA[task]
    for metric in metrics_of(task):
        build = BUILDERS[task][metric.name]
        perfect, poor = (build(labels, s, UNIT)(np.ones((1, UNITS), np.uint8))[0] for s in (truth, scores))
        assert (perfect > poor) == metric.larger_is_better


def test_a_certain_mistake_has_a_finite_log_loss() -> None:
    wrong = BUILDERS["binary"]["log_loss"](np.array([1, 0]), np.array([0.0, 1.0]), np.array([0, 1]))
    assert wrong(np.ones((1, 2), np.uint8))[0] == pytest.approx(reference.log_loss([1, 0], [0.0, 1.0]))
