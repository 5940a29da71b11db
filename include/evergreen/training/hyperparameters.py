"""The hyperparameters of a run: the spec's defaults, overridden within the spec's ranges."""

from collections.abc import Mapping
from difflib import get_close_matches

from evergreen.core.errors import RunError
from evergreen.core.value import Value
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import Hyperparameter


def resolve(spec: ModelSpec, overrides: Mapping[str, Value]) -> dict[str, Value]:
    """Every hyperparameter of the spec with its value for this run, sorted by name.

    A whole number is taken for a float, and a float without a fraction for a whole number, since forms and JSON do
    not tell them apart.

    Raises
    ------
    RunError
        A name that the spec does not have, a value of another type, or one out of range.
    """
    known = spec.training.hyperparameters
    for name in overrides:
        if name not in known:
            raise RunError(f"{spec.name}: there is no hyperparameter {name!r}{_hint(name, known)}")
    return {name: _value(spec.name, name, known[name], overrides) for name in sorted(known)}


def _hint(name: str, known: Mapping[str, Hyperparameter]) -> str:
    near = get_close_matches(name, known, n=1)
    choices = ", ".join(sorted(known)) or "none"
    return f"; did you mean {near[0]!r}?" if near else f"; model.yaml has: {choices}."


def _value(model: str, name: str, parameter: Hyperparameter, overrides: Mapping[str, Value]) -> Value:
    if name not in overrides:
        return parameter.default
    given = overrides[name]
    value = _typed(given, parameter)
    if value is _WRONG or not _allowed(value, parameter):
        raise RunError(f"{model}: hyperparameter {name} cannot be {str(given)[:100]!r}; it takes {_range(parameter)}.")
    return value


_WRONG = "\0wrong"


def _typed(given: Value, parameter: Hyperparameter) -> Value:
    default = parameter.default
    if parameter.choices is not None or type(given) is type(default):
        return given
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number and isinstance(default, float):
        return float(given or 0)
    if number and isinstance(default, int) and not isinstance(default, bool) and float(given or 0).is_integer():
        return int(given or 0)
    return given if default is None else _WRONG


def _allowed(value: Value, parameter: Hyperparameter) -> bool:
    if parameter.choices is not None:
        return any(
            value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in parameter.choices
        )
    if not isinstance(value, int | float) or isinstance(value, bool):
        return True
    low, high = parameter.low, parameter.high
    return value == value and (low is None or value >= low) and (high is None or value <= high)  # noqa: PLR0124 (NaN)


def _range(parameter: Hyperparameter) -> str:
    if parameter.choices is not None:
        return "one of " + ", ".join(repr(choice) for choice in parameter.choices)
    kind = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}.get(
        type(parameter.default), "anything"
    )
    bounds = [f"from {parameter.low}"] * (parameter.low is not None) + [f"up to {parameter.high}"] * (
        parameter.high is not None
    )
    return " ".join([kind, *bounds])
