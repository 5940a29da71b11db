"""What is a favourable decision, and a favourable outcome."""

import numpy as np
from tests.unit.evaluation.conftest import build_spec

from evergreen.measures.decisions import decisions, outcomes
from evergreen.spec.fairness import Fairness
from evergreen.spec.metrics import Task
from evergreen.spec.model import ModelSpec


def spec_of(task: Task, **fairness: object) -> ModelSpec:
    return build_spec(task).model_copy(update={"fairness": Fairness.model_validate(fairness)})


def test_a_binary_score_on_the_threshold_is_on_the_upper_side() -> None:
    scores, labels = np.array([0.49, 0.5, 0.7]), np.array([0, 1, 1])
    assert decisions(spec_of("binary"), scores, ()).tolist() == [False, True, True]
    assert decisions(spec_of("binary", threshold=0.6, favourable_side="below"), scores, ()).tolist() == [
        True,
        True,
        False,
    ]
    assert outcomes(spec_of("binary"), labels, ()).tolist() == [False, True, True]
    assert outcomes(spec_of("binary", favourable_side="below"), labels, ()).tolist() == [True, False, False]


def test_the_likeliest_class_decides() -> None:
    spec, classes = spec_of("multiclass", favourable_class="b"), ("a", "b")
    assert decisions(spec, np.array([[0.4, 0.6], [0.9, 0.1]]), classes).tolist() == [True, False]
    assert outcomes(spec, np.array([0, 1]), classes).tolist() == [False, True]


def test_a_prediction_decides_at_the_threshold() -> None:
    spec, numbers = spec_of("regression", threshold=30, favourable_side="below"), np.array([29.0, 30.0])
    assert decisions(spec, numbers, ()).tolist() == outcomes(spec, numbers, ()).tolist() == [True, False]
