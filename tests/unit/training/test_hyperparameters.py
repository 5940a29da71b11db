"""Hyperparameters: defaults of the spec, overridden within its ranges."""

from collections.abc import Callable
from typing import Any

import pytest

from evergreen.core.errors import RunError
from evergreen.spec.model import ModelSpec
from evergreen.training.hyperparameters import resolve

Specs = Callable[..., ModelSpec]
PARAMETERS: dict[str, dict[str, Any]] = {
    "max_iter": {"default": 10, "low": 1, "high": 100},
    "learning_rate": {"default": 0.1, "low": 0.001, "high": 1.0},
    "loss": {"default": "log", "choices": ["log", "hinge"]},
    "balanced": {"default": False},
    "depth": {"default": None},
    "name": {"default": "a"},
}


@pytest.fixture
def spec(small_spec: Specs) -> ModelSpec:
    training = small_spec().training.model_dump(mode="json") | {"hyperparameters": PARAMETERS}
    return small_spec(training=training)


def test_defaults_sorted_by_name(spec: ModelSpec) -> None:
    found = resolve(spec, {})
    assert list(found) == sorted(PARAMETERS)
    assert found == {name: part["default"] for name, part in PARAMETERS.items()}


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("max_iter", 100, 100),
        ("max_iter", 20.0, 20),
        ("learning_rate", 1, 1.0),
        ("loss", "hinge", "hinge"),
        ("balanced", True, True),
        ("depth", 3, 3),
        ("depth", None, None),
        ("name", "b", "b"),
    ],
)
def test_overrides_within_their_range(spec: ModelSpec, name: str, given: Any, kept: Any) -> None:
    found = resolve(spec, {name: given})[name]
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("max_iter", 0, "a whole number from 1 up to 100"),
        ("max_iter", 101, "a whole number from 1 up to 100"),
        ("max_iter", 2.5, "a whole number"),
        ("max_iter", "20", "a whole number"),
        ("max_iter", True, "a whole number"),
        ("max_iter", None, "a whole number"),
        ("learning_rate", float("nan"), "a number from 0.001 up to 1.0"),
        ("learning_rate", True, "a number"),
        ("loss", "huber", "one of 'log', 'hinge'"),
        ("balanced", 1, "true or false"),
        ("name", 3, "text"),
    ],
)
def test_what_is_out_of_range_is_refused_in_words(spec: ModelSpec, name: str, given: Any, words: str) -> None:
    with pytest.raises(RunError, match=f"small: hyperparameter {name} cannot be .*; it takes {words}"):
        resolve(spec, {name: given})


def test_an_unknown_name_gets_the_nearest(spec: ModelSpec) -> None:
    with pytest.raises(RunError, match="no hyperparameter 'max_iters'; did you mean 'max_iter'"):
        resolve(spec, {"max_iters": 1})
    with pytest.raises(RunError, match=r"model\.yaml has: balanced, depth, learning_rate, loss, max_iter, name"):
        resolve(spec, {"zzz": 1})
