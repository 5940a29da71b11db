"""Rules that bind hyperparameters, windows and schedules."""

from typing import Any

import pytest
from pydantic import ValidationError

from evergreen.spec.training import Cron, Hyperparameter, Training


@pytest.mark.parametrize(
    "given",
    [
        {"default": 3},
        {"default": 3, "low": 3, "high": 4},
        {"default": 0.1, "high": 1},
        {"default": None},
        {"default": "gini", "choices": ("gini", "entropy")},
        {"default": None, "choices": (None, 1)},
    ],
)
def test_defaults_within_their_range(given: dict[str, Any]) -> None:
    assert Hyperparameter.model_validate(given).default == given["default"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"default": 3, "low": 4}, "default: 3 is below low, 4"),
        ({"default": 3, "high": 2}, "default: 3 is above high, 2"),
        ({"default": float("nan"), "low": 1}, "finite"),
        ({"default": 3, "low": 3, "high": 3}, "high: 3 is not above low, 3"),
        ({"default": "a", "low": 1}, "default: 'a' is no number"),
        ({"default": True, "low": 0}, "default: True is no number"),
        ({"default": None, "high": 1}, "default: None is no number"),
        ({"default": "a", "choices": ("b",)}, "default: 'a' is not among the choices"),
        ({"default": 1, "choices": (1,), "low": 0}, "choices: goes without low and high"),
        ({"default": 1, "choices": ()}, "at least 1 item"),
    ],
)
def test_defaults_out_of_their_range(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Hyperparameter.model_validate(given)


def test_a_sliding_window_leaves_something_to_train_on() -> None:
    split = {"test": "28d", "calibration": "7d"}
    with pytest.raises(ValidationError, match="nothing is left to train on"):
        Training.model_validate({"window": {"kind": "sliding", "length": "35d"}, "split": split})
    assert (
        Training.model_validate({"window": {"kind": "sliding", "length": "36d"}, "split": split}).split.min_rows == 100
    )


@pytest.mark.parametrize("expression", ["0 6 1 * *", "*/15 * * * *", "0 0 * * MON-FRI", "5,10 0-6 1 JAN *"])
def test_cron_expressions(expression: str) -> None:
    assert Cron(kind="cron", expression=expression, start="2013-01-01").expression == expression


@pytest.mark.parametrize(
    "expression", ["", "@daily", "0 6 1 *", "0 6 1 * * *", "61 * * * *", "a b c d e", "0 0 31 2 *"]
)
def test_no_cron_expressions(expression: str) -> None:
    with pytest.raises(ValidationError, match="expression"):
        Cron.model_validate({"kind": "cron", "expression": expression, "start": "2013-01-01"})


def test_a_schedule_ends_after_its_start() -> None:
    with pytest.raises(ValidationError, match="end: is not after start"):
        Cron.model_validate({"kind": "cron", "expression": "0 6 1 * *", "start": "2013-01-01", "end": "2013-01-01"})
