"""A failed validation as sentences: the key, what was expected, what was found, and the nearest valid word."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evergreen.spec.base import Misfit, SpecPart
from evergreen.spec.document import Keys
from evergreen.spec.words import found, nearest

TYPES = {
    "bool_type": "true or false",
    "datetime_type": "a date or a time such as 2013-01-01",
    "dict_type": "a mapping of names",
    "float_type": "a number",
    "int_type": "a whole number",
    "model_type": "a mapping",
    "string_type": "text",
    "time_delta_type": "a duration such as 28d",
    "tuple_type": "a list",
}
ATOMS = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", datetime: TYPES["datetime_type"],
    timedelta: TYPES["time_delta_type"],
}  # fmt: skip


class Fault(NamedTuple):
    """One thing to mend: where it stands, and a sentence."""

    keys: Keys
    message: str


class Place(NamedTuple):
    """Where an error is: the keys that lead there, and the type that is expected there."""

    keys: Keys
    annotation: Any


def faults(error: ValidationError, root: type[SpecPart]) -> list[Fault]:
    """Every fault once; the alternatives of a union are one fault."""
    gathered: dict[tuple[Keys, str], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # pydantic does not count the items that have a fault of their own
        keys = place(detail["loc"], root).keys
        group = "type" if detail["type"] in TYPES else str(detail["loc"]) + detail["type"]
        gathered.setdefault((keys, group), []).append(detail)
    return [_fault(details, root) for details in gathered.values()]


def place(loc: tuple[str | int, ...], root: type[SpecPart]) -> Place:
    """Follow pydantic's location, which also holds the tags of unions, along the types."""
    keys: list[str | int] = []
    annotation: Any = root
    for step in loc:
        if step == "[key]":
            break
        members = parts(annotation)
        if len(members) > 1:
            annotation = next(m for m in members if step in _tags(m))
            continue
        if members:
            field = members[0].model_fields.get(str(step))
            annotation = field.annotation if field else Any
        elif get_origin(_bare(annotation)) in (tuple, dict):
            annotation = get_args(_bare(annotation))[0 if isinstance(step, int) else 1]
        else:
            break
        keys.append(step)
    return Place(tuple(keys), annotation)


def parts(annotation: Any) -> tuple[type[SpecPart], ...]:
    """The spec parts that may stand at a place: several for a union with a tag."""
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, SpecPart):
        return (annotation,)
    if get_origin(annotation) in (Union, UnionType):
        return tuple(part for member in get_args(annotation) for part in parts(member))
    return ()


def expected(annotation: Any) -> str:
    """What may stand at a place, in words."""
    annotation = _bare(annotation)
    if members := parts(annotation):
        if len(members) == 1:
            return f"a mapping with {', '.join(members[0].model_fields)}"
        tag = next(
            name for name in members[0].model_fields if get_origin(members[0].model_fields[name].annotation) is Literal
        )
        return f"a mapping with {tag}: {_either(t for m in members for t in _tags(m, tag))}"
    if get_origin(annotation) is Literal:
        return _either(map(repr, get_args(annotation)))
    if get_origin(annotation) in (Union, UnionType):
        return _either(dict.fromkeys(expected(member) for member in get_args(annotation) if member is not NoneType))
    if get_origin(annotation) is tuple:
        return "a list"
    return ATOMS.get(annotation, "a mapping of names")


def _fault(details: list[ErrorDetails], root: type[SpecPart]) -> Fault:
    detail = details[0]
    keys, annotation = place(detail["loc"], root)
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _tag_fault(keys, annotation, detail["ctx"])
    if detail["type"] == "extra_forbidden":
        (part,) = parts(place(detail["loc"][:-1], root).annotation)
        known = list(part.model_fields)
        return Fault(keys, f"unknown key{nearest(keys[-1], known) or '; known here: ' + ', '.join(known)}")
    if detail["type"] == "value_error":
        cause = detail["ctx"]["error"]
        return Fault((*keys, *cause.at), cause.message) if isinstance(cause, Misfit) else Fault(keys, str(cause))
    return Fault(keys, _sentence(detail, annotation))


def _sentence(detail: ErrorDetails, annotation: Any) -> str:
    if detail["type"] == "missing":
        return f"this key is missing: expected {expected(annotation)}"
    given = f", found {found(detail['input'])}"
    if detail["type"] == "literal_error":
        return f"expected {expected(annotation)}{given}{nearest(detail['input'], map(str, get_args(annotation)))}"
    if detail["type"] in TYPES:
        return f"expected {expected(annotation)}{given}"
    where = "the name of this key: " if detail["loc"][-1] == "[key]" else ""
    return f"{where}expected {_plain(detail)}{given}"


def _tag_fault(keys: Keys, annotation: Any, context: dict[str, Any]) -> Fault:
    tag = str(context["discriminator"]).strip("'")
    known = [t for member in parts(annotation) for t in _tags(member, tag)]
    if "tag" not in context:
        return Fault((*keys, tag), f"this key is missing: expected {_either(map(repr, known))}")
    given = str(context["tag"])
    return Fault((*keys, tag), f"expected {_either(map(repr, known))}, found {found(given)}{nearest(given, known)}")


def _plain(detail: ErrorDetails) -> str:
    """Pydantic's own words, shortened to what comes after "expected"."""
    words = detail["msg"].removeprefix("Input should be ").removeprefix("String should ").removeprefix("Tuple should ")
    return (
        words.replace("match pattern", "text that matches")
        .replace("have at least", "at least")
        .split(" after validation")[0]
    )


def _bare(annotation: Any) -> Any:
    """The annotation without ``Annotated`` and without an optional None."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, UnionType):
        members = [m for m in get_args(annotation) if m is not NoneType]
        return members[0] if len(members) == 1 else annotation
    return annotation


def _tags(part: type[SpecPart], tag: str | None = None) -> list[str]:
    fields = part.model_fields if tag is None else {tag: part.model_fields[tag]}
    literals = (
        field.annotation for field in fields.values() if get_origin(field.annotation) is Literal and field.is_required()
    )
    return [str(value) for literal in literals for value in get_args(literal)]


def _either(words: Iterator[str] | Any) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
