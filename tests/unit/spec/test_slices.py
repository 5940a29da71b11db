"""Rules that bind the declarations of slices."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evergreen.core.errors import SpecError
from evergreen.spec.load import load
from evergreen.spec.slices import Slices

DECLARED = """
slices:
  columns: [{column: origin}, {column: hour, cuts: [6, 12.5]}]
  named:
    - {name: far at night, conditions: [{column: hour, at_least: 22}, {column: carrier, one_of: [UA, 7, true]}]}
  automatic: null
"""


def test_a_spec_declares_slices(write: Callable[[str], Path], text: str) -> None:
    declared = load(write(text + DECLARED)).slices
    assert declared.automatic is None
    assert declared.columns_read == ("origin", "hour", "carrier")
    assert declared.named[0].conditions[1].one_of == ("UA", 7, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"columns": ({"column": "hour", "cuts": (6, 6)},)}, "cuts.1: 6 is not above 6"),
        ({"columns": ({"column": "hour"}, {"column": "hour"})}, "columns.1: declares 'hour' twice"),
        ({"named": ({"name": "a", "conditions": ()},)}, "at least 1 item"),
        ({"named": ({"name": "a", "conditions": ({"column": "x"},)},)}, "either one_of, or at_least"),
        (
            {"named": ({"name": "a", "conditions": ({"column": "x", "one_of": (1,), "below": 2},)},)},
            "either one_of, or at_least",
        ),
        (
            {"named": ({"name": "a", "conditions": ({"column": "x", "at_least": 2, "below": 2},)},)},
            "2 is not above at_least, 2",
        ),
        ({"min_units": 1}, "greater than or equal to 2"),
    ],
)
def test_declarations_that_cannot_be_meant(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Slices.model_validate(given)


def test_the_metric_is_one_of_the_task(write: Callable[[str], Path], text: str) -> None:
    with pytest.raises(SpecError, match=r"slices.metric: 'rmse' is no metric of a binary task"):
        load(write(text + "slices: {metric: rmse}\n"))
