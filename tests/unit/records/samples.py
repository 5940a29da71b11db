"""Records made from their types: a strategy for any, and one fixed example of each."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

import evergreen.records
from evergreen.records.base import Record

ATOMS: dict[Any, st.SearchStrategy[Any]] = {
    Any: st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9), st.lists, max_leaves=3
    ),
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=20),
    datetime: st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (hypothesis adds the zone)
    timedelta: st.timedeltas(timedelta(0), timedelta(days=36_500)),
}
EXAMPLES: dict[Any, Any] = {
    Any: {"found": [1, 2.5, None]},
    NoneType: None,
    bool: True,
    int: 7,
    float: 0.25,
    str: "Zürich",
    datetime: datetime(2013, 3, 1, 6, tzinfo=UTC),
    timedelta: timedelta(days=28, hours=6),
}


def record_classes() -> list[type[Record]]:
    """Every class of evergreen.records that is stored."""
    for module in pkgutil.iter_modules(evergreen.records.__path__, "evergreen.records."):
        importlib.import_module(module.name)
    ours = [cls for cls in Record.__subclasses__() if cls.__module__.startswith("evergreen.records.")]
    return sorted(ours, key=lambda cls: cls.__name__)


def anything(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that occurs in records."""
    if annotation in ATOMS:
        return ATOMS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return st.one_of(*map(anything, arguments))
    if origin is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return st.sampled_from(arguments or annotation)
    if origin is tuple:
        return st.lists(anything(arguments[0]), max_size=2).map(tuple)
    if origin in (dict, Mapping):
        return st.dictionaries(*map(anything, arguments), max_size=2)
    return st.builds(annotation, **{name: anything(hint) for name, hint in _fields(annotation).items()})


def example(annotation: Any) -> Any:
    """Always the same value of a type, with nothing left out."""
    if annotation in EXAMPLES:
        return EXAMPLES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType, Literal):
        return arguments[0] if origin is Literal else example(arguments[0])
    if origin is tuple:
        return (example(arguments[0]),)
    if origin in (dict, Mapping):
        return {example(arguments[0]): example(arguments[1])}
    if issubclass(annotation, Enum):
        return next(iter(annotation))
    return annotation(**{name: example(hint) for name, hint in _fields(annotation).items()})


def _fields(cls: type) -> dict[str, Any]:
    assert is_dataclass(cls)
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls) if field.name != "schema_version"}
