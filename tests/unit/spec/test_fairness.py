"""Every task with sensitive columns says what a favourable decision is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evergreen.core.errors import SpecError
from evergreen.spec.load import load

SENSITIVE = ("    categorical: [carrier]", "    categorical: [carrier]\n  sensitive: [carrier]")
FEATURES, POSITIVE, GATE = "task: binary", "    positive: 1\n", "roc_auc\n    at_least: 0.6"


def of(text: str, task: str, fairness: str, *, sensitive: bool = True) -> str:
    """The small spec for another task."""
    changed = text.replace(*SENSITIVE) if sensitive else text
    if task != "binary":
        metric = {"multiclass": "accuracy", "regression": "r2"}[task]
        changed = changed.replace(FEATURES, f"task: {task}").replace(POSITIVE, "")
        changed = changed.replace(GATE, f"{metric}\n    at_least: 0.6")
    return changed + fairness


@pytest.mark.parametrize(
    ("task", "fairness"),
    [
        ("binary", ""),
        ("binary", "fairness: {threshold: 0.3, favourable_side: below, min_group: 30}\n"),
        ("multiclass", "fairness: {favourable_class: on time}\n"),
        ("regression", "fairness: {threshold: 120}\n"),
    ],
)
def test_a_decision_is_named(write: Callable[[str], Path], text: str, task: str, fairness: str) -> None:
    assert load(write(of(text, task, fairness))).task == task


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_without_sensitive_columns_nothing_is_asked(write: Callable[[str], Path], text: str, task: str) -> None:
    assert load(write(of(text, task, "", sensitive=False))).fairness.threshold is None


@pytest.mark.parametrize(
    ("task", "fairness", "message"),
    [
        ("binary", "fairness: {favourable_class: late}\n", "favourable_class: goes with the task multiclass"),
        ("multiclass", "", "fairness.favourable_class: is missing"),
        ("multiclass", "fairness: {threshold: 0.5}\n", "fairness.threshold: goes with binary and regression"),
        ("regression", "", "fairness.threshold: is missing"),
    ],
)
def test_decisions_that_do_not_fit_the_task(
    write: Callable[[str], Path], text: str, task: str, fairness: str, message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        load(write(of(text, task, fairness)))
    assert message in str(caught.value)
