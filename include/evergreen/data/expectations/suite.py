"""``expectations.yaml``: a list of Great Expectations' expectations, read with errors that name the line."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import yaml
from great_expectations.compatibility import pydantic as gx_pydantic
from great_expectations.exceptions import ExpectationNotFoundError
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import (
    get_expectation_impl,
    list_registered_expectation_implementations,
)
from pydantic import Field, ValidationError

from evergreen.core.errors import SpecError
from evergreen.data.expectations.moments import resolve
from evergreen.records.validation import Severity
from evergreen.spec.base import SpecPart
from evergreen.spec.words import found, nearest

VERSION = 1
SEVERITIES: tuple[str, ...] = get_args(Severity)
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")
SCHEMA_TYPES = (
    "expect_column_to_exist",
    "expect_table_columns_to_match_set",
    "expect_table_columns_to_match_ordered_list",
)
# Arguments that Great Expectations keeps for itself or that the file says elsewhere.
_INTERNAL = {"id", "batch_id", "meta", "notes", "description", "severity", "result_format", "catch_exceptions"}
_INTERNAL |= {"rendered_content", "windows"}
_MOMENT_ARGUMENTS = ("min_value", "max_value")


class CompareWithPrevious(SpecPart):
    """How far a snapshot may differ from the one before; None leaves a comparison out."""

    mean_shift: float | None = Field(0.5, gt=0)
    """Largest shift of a numeric column's mean, in pooled standard deviations."""
    null_rate_change: float | None = Field(0.05, gt=0, le=1)
    """Largest change of a column's share of nulls, in either direction."""
    distinct_ratio: float | None = Field(1.5, gt=1)
    """Largest factor, in either direction, between the numbers of categories of a text column."""
    min_row_ratio: float | None = Field(0.5, gt=0)
    """Fewest rows, as a share of the previous snapshot's."""
    max_row_ratio: float | None = Field(5.0, gt=0)
    """Most rows, as a multiple of the previous snapshot's."""
    ignore: tuple[str, ...] = ()
    """Columns that are expected to move, such as the month in an expanding window."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One expectation of the file, and where it stands."""

    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    line: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation reads."""
        given = (self.kwargs[key] for key in COLUMN_ARGUMENTS if key in self.kwargs)
        return tuple(str(name) for value in given for name in (value if isinstance(value, list) else [value]))

    @property
    def declares(self) -> tuple[str, ...]:
        """The columns that the expectation says must exist; they need not."""
        if self.type not in SCHEMA_TYPES:
            return ()
        listed = self.kwargs.get("column_set", self.kwargs.get("column_list", []))
        return (*self.columns, *(map(str, listed) if isinstance(listed, list) else ()))


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What a model expects of its data."""

    path: Path
    entries: tuple[Entry, ...]
    compare: CompareWithPrevious

    def check_columns(self, known: Iterable[str]) -> None:
        """Refuse columns that neither the model, nor its data, nor a schema expectation of this file names."""
        names = {*known, *(name for entry in self.entries for name in entry.declares)}
        for entry in self.entries:
            for column in entry.columns:
                if column not in names:
                    raise _wrong(self.path, entry.line, f"{entry.type}: no column {column!r}{nearest(column, names)}")

    def expectations(self, moments: Mapping[str, dt.datetime], kinds: Mapping[str, str]) -> list[Expectation]:
        """The expectations as Great Expectations' own objects, their times resolved.

        Parameters
        ----------
        moments
            What ``{as_of}`` and the like stand for.
        kinds
            The kind of each column (see ``window.py``): a bound of a time column becomes a time like its values.
        """
        return [_expectation(self.path, entry, moments, kinds) for entry in self.entries]


def read_suite(path: Path) -> Suite:
    """Read an ``expectations.yaml``.

    Raises
    ------
    SpecError
        Names the file, the line, the key, what is wrong and the nearest valid word.
    """
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
    except FileNotFoundError:
        raise SpecError(f"{path}: no such file. `evergreen propose` writes a first one from the data.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _wrong(path, line, f"not YAML: {getattr(error, 'problem', None) or 'not UTF-8 text'}") from None
    parts = _mapping(path, loader, root, 1, ("version", "compare_with_previous", "expectations"), "the file")
    if "version" not in parts or parts["version"][0] != VERSION:
        line = parts["version"][1] if "version" in parts else 1
        raise _wrong(path, line, f"version: expected {VERSION}, the version of this file format")
    if not parts.get("expectations", ([], 1))[0]:
        raise _wrong(path, parts.get("expectations", ([], 1))[1], "expectations: expected a list of at least one")
    node = next(value for key, value in _pairs(root) if key.value == "expectations")
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(path, node.start_mark.line + 1, "expectations: expected a list")
    entries = tuple(_entry(path, loader, item) for item in node.value)
    return Suite(path=path, entries=entries, compare=_compare(path, *parts.get("compare_with_previous", ({}, 1))))


def _entry(path: Path, loader: yaml.SafeLoader, node: yaml.Node) -> Entry:
    line = node.start_mark.line + 1
    parts = _mapping(path, loader, node, line, ("type", "kwargs", "severity"), "an expectation")
    if "type" not in parts:
        raise _wrong(path, line, "type: missing; name an expectation such as expect_column_values_to_not_be_null")
    name, severity = parts["type"][0], parts.get("severity", ("critical", line))
    known = list_registered_expectation_implementations()
    if name not in known:
        raise _wrong(path, parts["type"][1], f"type: no expectation {found(name)}{nearest(name, known)}")
    if severity[0] not in SEVERITIES:
        hint = nearest(severity[0], SEVERITIES)
        raise _wrong(path, severity[1], f"severity: expected critical or warning, not {found(severity[0])}{hint}")
    allowed = [key for key in get_expectation_impl(name).__fields__ if key not in _INTERNAL]
    given = next((value for key, value in _pairs(node) if key.value == "kwargs"), None)
    kwargs = _mapping(path, loader, given, line, allowed, name) if given is not None else {}
    return Entry(type=name, kwargs={k: v for k, (v, _) in kwargs.items()}, severity=severity[0], line=line)


def _compare(path: Path, value: Any, line: int) -> CompareWithPrevious:
    try:
        return CompareWithPrevious.model_validate(value or {})
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        hint = nearest(key, CompareWithPrevious.model_fields) if first["type"] == "extra_forbidden" else ""
        raise _wrong(path, line, f"compare_with_previous.{key}: {first['msg']}{hint}") from None


def _expectation(path: Path, entry: Entry, moments: Mapping[str, dt.datetime], kinds: Mapping[str, str]) -> Expectation:
    try:
        kwargs = {key: _resolved(value, moments) for key, value in entry.kwargs.items()}
        kind = kinds.get(str(kwargs.get("column")), "")
        if kind.startswith("moment"):
            kwargs |= {key: _like(kind, kwargs[key]) for key in _MOMENT_ARGUMENTS if kwargs.get(key) is not None}
        return get_expectation_impl(entry.type)(**kwargs, severity=FailureSeverity(entry.severity))
    except gx_pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "__root__")
        raise _wrong(path, entry.line, f"{entry.type}: {where + ': ' if where else ''}{first['msg']}") from None
    except (ValueError, TypeError, ExpectationNotFoundError) as error:
        raise _wrong(path, entry.line, f"{entry.type}: {error}") from None


def _resolved(value: Any, moments: Mapping[str, dt.datetime]) -> Any:
    if isinstance(value, dict) and len(value) == 1 and next(iter(value.values())) is None:
        raise ValueError(f'a time stands in quotes: "{{{next(iter(value))}}}"')
    return resolve(value, moments)


def _like(kind: str, value: Any) -> pd.Timestamp:
    """A bound of a time column, with or without time zone as the column's values."""
    if isinstance(value, bool | int | float):
        raise TypeError("the bound of a time column is a time")
    moment = pd.Timestamp(value)
    moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    return moment if kind == "moment_utc" else moment.tz_localize(None)


def _mapping(
    path: Path, loader: yaml.SafeLoader, node: yaml.Node | None, line: int, allowed: Iterable[str], what: str
) -> dict[str, tuple[Any, int]]:
    """The values of a mapping and their lines; unknown and repeated keys are refused."""
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(path, node.start_mark.line + 1 if node else line, f"{what}: expected a mapping")
    known, parts = list(allowed), dict[str, tuple[Any, int]]()
    for key, value in _pairs(node):
        name, at = str(key.value), key.start_mark.line + 1
        if name not in known:
            raise _wrong(path, at, f"{name}: {what} has no such key{nearest(name, known)}")
        if name in parts:
            raise _wrong(path, at, f"{name}: given twice")
        try:
            parts[name] = (loader.construct_object(value, deep=True), at)
        except yaml.YAMLError:
            raise _wrong(path, at, f"{name}: a value that cannot be read") from None
    return parts


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    yield from node.value if isinstance(node, yaml.MappingNode) else ()


def _wrong(path: Path, line: int, message: str) -> SpecError:
    return SpecError(f"{path}, line {line}: {message}.")
