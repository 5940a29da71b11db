"""Pydantic's locations are followed along the types, whatever keys the file holds."""

import pytest
from pydantic import ValidationError

from evergreen.spec.faults import expected, faults, place
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import Cron


def test_tags_of_unions_are_no_keys() -> None:
    assert place(("gates", 0, "minimum", "at_least"), ModelSpec) == (("gates", 0, "at_least"), float)
    assert place(("schedule", "cron", "cron"), ModelSpec).keys == ("schedule", "cron")


def test_alternatives_of_a_union_are_one_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        ModelSpec.model_validate({"training": {"hyperparameters": {"a": {"default": ()}}}}, strict=True)
    ours = [f for f in faults(caught.value, ModelSpec) if f.keys[-1] == "default"]
    assert len(ours) == 1


def test_a_fault_of_a_part_is_placed_below_the_part() -> None:
    with pytest.raises(ValidationError) as caught:
        Cron.model_validate({"kind": "cron", "expression": "x", "start": "2013-01-01"})
    assert [f.keys for f in faults(caught.value, Cron)] == [("expression",)]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("task", "'binary', 'multiclass' or 'regression'"),
        ("source", "a mapping with kind: objects or sql"),
        ("owner", "a mapping with name, email"),
        ("gates", "a list"),
        ("purpose", "text"),
    ],
)
def test_what_is_expected_in_words(field: str, words: str) -> None:
    assert expected(ModelSpec.model_fields[field].annotation) == words
