"""The trigger form: what it offers and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

from evergreen.core.errors import SpecError
from evergreen.spec.model import ModelSpec
from evergreen_airflow.dags.form import form_of

Spec = Callable[..., ModelSpec]


def _with(small_spec: Spec, **hyperparameters: Any) -> ModelSpec:
    training = small_spec().training.model_dump(mode="json") | {"hyperparameters": hyperparameters}
    return small_spec(training=training)


def test_defaults_are_valid_and_change_nothing(small_spec: Spec) -> None:
    spec = small_spec()
    values = {name: field.resolve() for name, field in form_of(spec).items()}
    defaults = {name: parameter.default for name, parameter in spec.training.hyperparameters.items()}
    assert values == {"as_of": None, "window": None, "reason": None, "dry_run": False, **defaults}


def test_the_form_can_be_sent_as_it_comes_up(small_spec: Spec) -> None:
    """Airflow's page wants a value in each field whose type is not nullable; an empty text is none."""
    fields = {name: field.dump() for name, field in form_of(small_spec()).items()}
    wanting = [n for n, f in fields.items() if "null" not in f["schema"].get("type", "") and f["value"] in (None, "")]
    assert wanting == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_iter", 100),
        ("learning_rate", 1),
        ("as_of", "2013-07-01T00:00:00Z"),
        ("as_of", None),
        ("window", "60d"),
        ("dry_run", True),
        ("reason", ""),
    ],
)
def test_values_in_range_are_taken(small_spec: Spec, field: str, value: Any) -> None:
    assert form_of(small_spec())[field].resolve(value) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_iter", 101),
        ("max_iter", 0),
        ("max_iter", 1.5),
        ("max_iter", "10"),
        ("learning_rate", 1.01),
        ("as_of", "in summer"),
        ("as_of", "2013-07-01"),
        ("window", "60 days"),
        ("dry_run", "yes"),
        ("reason", "x" * 501),
    ],
)
def test_values_out_of_range_are_refused(small_spec: Spec, field: str, value: Any) -> None:
    with pytest.raises(ParamValidationError):
        form_of(small_spec())[field].resolve(value)


def test_choices_become_an_enumeration(small_spec: Spec) -> None:
    field = form_of(_with(small_spec, loss={"default": "log_loss", "choices": ["log_loss", "exponential"]}))["loss"]
    assert field.schema["enum"] == ["log_loss", "exponential"]
    with pytest.raises(ParamValidationError):
        field.resolve("hinge")


def test_a_default_may_be_none(small_spec: Spec) -> None:
    field = form_of(_with(small_spec, class_weight={"default": None}))["class_weight"]
    assert field.schema["type"] == ["null", "string"]
    assert field.resolve("balanced") == "balanced"


def test_a_hyperparameter_may_not_hide_a_field(small_spec: Spec) -> None:
    with pytest.raises(SpecError, match="'window' has the name of a field"):
        form_of(_with(small_spec, window={"default": 1}))
