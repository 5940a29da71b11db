"""The columns of raw data: which there must be, of what type, and the types in which parts keep them."""

from collections.abc import Iterable

import pyarrow as pa

from evergreen.core.errors import DataError
from evergreen.records.snapshot import Column
from evergreen.spec.data import Columns
from evergreen.spec.model import ModelSpec

EVENT_TIME = pa.timestamp("us", tz="UTC")


def canonical(where: str, schema: pa.Schema) -> pa.Schema:
    """The types in which a part keeps the columns of a raw object.

    Timestamps become microseconds of UTC (those without a zone are taken as UTC), encodings such as dictionaries their
    plain values, decimals and half floats doubles. Other flat types stay.

    Raises
    ------
    DataError
        For nested columns, columns without a type, and a name that stands twice.
    """
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise DataError(f"{where} has more than one column named {', '.join(twice)}. Land it with one of each.")
    return pa.schema([(field.name, _canonical_type(where, field.name, field.type)) for field in schema])


def stated(columns: Columns, names: list[str], *, task: str) -> pa.Schema:
    """The types of CSV and SQL columns, which bring none of their own: they follow from the spec.

    Event time is a timestamp, numeric features are doubles, the label has the type of ``label.positive`` (regression:
    double), and everything else is text.
    """
    positive = columns.label.positive
    label = pa.float64() if task == "regression" else _LABEL_TYPES.get(type(positive), pa.string())
    types = {name: pa.float64() for name in columns.features.numeric}
    types |= {columns.label.column: label, columns.event_time: EVENT_TIME}
    return pa.schema([(name, types.get(name, pa.string())) for name in names])


def refuse_wrong(where: str, spec: ModelSpec, schema: pa.Schema) -> None:
    """Hold canonical columns against the spec.

    Raises
    ------
    DataError
        Names every column that is missing and every one whose type is wrong.
    """
    wanted = _wanted(spec)
    missing = [name for name in wanted if name not in schema.names]
    if missing:
        raise DataError(
            f"{where} lacks {_count(len(missing))} that model.yaml names: {', '.join(missing)}. "
            f"It has: {', '.join(schema.names)}. Land it again, or correct model.yaml."
        )
    wrong = [
        f"{name} is {schema.field(name).type}, not {words}"
        for name, words in wanted.items()
        if not _CHECKS[words](schema.field(name).type)
    ]
    if wrong:
        raise DataError(f"{where} has wrong types: {'; '.join(wrong)}. Land it again, or correct model.yaml.")


def refuse_difference(where: str, columns: Iterable[Column], other: str, expected: Iterable[Column]) -> None:
    """Raise ``DataError`` that names the columns by which two raw objects of one snapshot differ, in whatever order."""
    here, there = ({column.name: column.type for column in each} for each in (columns, expected))
    differences = [f"column {name} is missing" for name in there if name not in here]
    differences += [f"column {name} is new" for name in here if name not in there]
    differences += [
        f"column {name} is {kind}, not {there[name]}" for name, kind in here.items() if there.get(name, kind) != kind
    ]
    if differences:
        raise DataError(
            f"{where} differs from {other}: {'; '.join(differences)}. All raw objects of a window have the same columns: "
            "land one of the two again."
        )


def _wanted(spec: ModelSpec) -> dict[str, str]:
    """Each column that the spec names, with the type it must have, in words."""
    columns = spec.columns
    binary = "text" if isinstance(columns.label.positive, str) else "a number"
    label = {"binary": binary, "multiclass": "text or a number", "regression": "a number"}[spec.task]
    wanted = dict.fromkeys((*columns.keys, *columns.sensitive), "text, a number or a time")
    wanted |= dict.fromkeys(columns.features.categorical, "text or a number")
    wanted |= dict.fromkeys(columns.features.numeric, "a number")
    return wanted | {columns.label.column: label, columns.event_time: "a timestamp"}


def _canonical_type(where: str, name: str, kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _canonical_type(where, name, kind.value_type)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return EVENT_TIME
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return pa.float64()
    if pa.types.is_string(kind) or pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return kind
    raise DataError(
        f"{where}: column {name} has the type {kind}; parts keep numbers, text, booleans and times. "
        "Land it flattened, with a type, or leave it out."
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


_LABEL_TYPES = {bool: pa.bool_(), int: pa.int64(), str: pa.string()}
_CHECKS = {
    "a number": _is_number,
    "a timestamp": lambda kind: kind == EVENT_TIME,
    "text": pa.types.is_string,
    "text or a number": lambda kind: _is_number(kind) or kind == pa.string(),
    "text, a number or a time": lambda kind: _is_number(kind) or kind in (pa.string(), EVENT_TIME),
}


def _count(columns: int) -> str:
    return "a column" if columns == 1 else f"{columns} columns"
