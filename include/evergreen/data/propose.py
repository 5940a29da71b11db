"""Propose a first suite for a model from its data: a start for people to edit, not a judgement."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import yaml

from evergreen.data.expectations.sql import quote
from evergreen.data.expectations.window import Window, open_window
from evergreen.records.snapshot import Snapshot
from evergreen.spec.duration import format_duration
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

MOST_CATEGORIES = 50
WIDER = 0.25
NULL_ALLOWANCE = 0.05

Proposal = tuple[str, dict[str, Any], str]


def propose(spec: ModelSpec, snapshot: Snapshot, store: ObjectStore) -> str:
    """The text of an ``expectations.yaml`` that these data meet.

    Keys must be unique and present; label, features and sensitive columns get their share of nulls, the range of
    numbers widened by a quarter on each side, and the set of categories where there are at most 50.

    Raises
    ------
    IntegrityError
        When a part cannot be read.
    """
    with open_window(snapshot, store) as window:
        proposals = [*_table(spec, snapshot, window), *_keys(spec, window)]
        proposals += [each for name in _columns(spec, window) for each in _column(window, name)]
    entries = [{"type": kind, "kwargs": kwargs, "severity": severity} for kind, kwargs, severity in proposals]
    head = f"# Proposed from {snapshot.rows:,} rows of {snapshot.model} as of {snapshot.as_of:%Y-%m-%d}. Edit it.\n"
    return head + yaml.safe_dump(
        {"version": 1, "expectations": entries}, sort_keys=False, allow_unicode=True, width=110
    )


def _table(spec: ModelSpec, snapshot: Snapshot, window: Window) -> Iterator[Proposal]:
    needed = [spec.columns.event_time, *spec.columns.keys, *_columns(spec, window)]
    names = list(dict.fromkeys(name for name in needed if name in window.kinds))
    yield "expect_table_columns_to_match_set", {"column_set": names, "exact_match": False}, "critical"
    yield "expect_table_row_count_to_be_between", {"min_value": snapshot.rows // 2}, "critical"
    time = quote(spec.columns.event_time)
    latest = _one(window, f"epoch_us(max({time}))")
    if latest is not None:
        age = snapshot.as_of.timestamp() - latest / 1e6
        days = format_duration(timedelta(days=max(1, 2 * (int(age // 86_400) + 1))))
        bounds = {"min_value": f"{{as_of-{days}}}"}
        yield "expect_column_max_to_be_between", {"column": spec.columns.event_time, **bounds}, "critical"


def _keys(spec: ModelSpec, window: Window) -> Iterator[Proposal]:
    keys = [name for name in spec.columns.keys if name in window.kinds]
    for name in keys:
        if not _missing(window, name):
            yield "expect_column_values_to_not_be_null", {"column": name}, "critical"
    listed = ", ".join(map(quote, keys))
    groups = f"(SELECT count(*) FROM (SELECT 1 FROM evergreen_rows GROUP BY {listed} HAVING count(*) > 1))"  # noqa: S608
    if not keys or _one(window, f"any_value({groups})"):
        return
    if len(keys) == 1:
        yield "expect_column_values_to_be_unique", {"column": keys[0]}, "critical"
    else:
        yield "expect_compound_columns_to_be_unique", {"column_list": keys, "ignore_row_if": "never"}, "critical"


def _column(window: Window, name: str) -> Iterator[Proposal]:
    share, kind = _missing(window, name), window.kinds[name]
    mostly = max(0.0, round(1 - share - NULL_ALLOWANCE, 3)) if share else 1.0
    if share < 1:
        kwargs = {"column": name} | ({"mostly": mostly} if share else {})
        yield "expect_column_values_to_not_be_null", kwargs, "warning" if share else "critical"
    if kind in {"integer", "float"}:
        yield from _range(window, name)
    elif kind in {"text", "boolean"}:
        yield from _categories(window, name)


def _range(window: Window, name: str) -> Iterator[Proposal]:
    """The range, widened; nothing for a column with infinite values, whose range a person must say."""
    column = quote(name)
    low, high = _one(window, f"min({column})::DOUBLE"), _one(window, f"max({column})::DOUBLE")
    if low is None or math.isinf(low) or math.isinf(high):
        return
    margin = WIDER * (high - low) or 1.0
    digits = 1 - math.floor(math.log10(margin))
    least = 0.0 if 0 <= low < margin else round(low - margin, digits)
    bounds = {"min_value": least, "max_value": round(high + margin, digits)}
    yield "expect_column_values_to_be_between", {"column": name, **bounds}, "warning"


def _categories(window: Window, name: str) -> Iterator[Proposal]:
    column = quote(name)
    count = _one(window, f"count(DISTINCT {column})")
    if not count or count > MOST_CATEGORIES:
        return
    values = sorted(_one(window, f"list(DISTINCT {column}) FILTER (WHERE {column} IS NOT NULL)"))
    yield "expect_column_values_to_be_in_set", {"column": name, "value_set": values, "mostly": 0.99}, "warning"


def _columns(spec: ModelSpec, window: Window) -> list[str]:
    columns = spec.columns
    named = (columns.label.column, *columns.features.names, *columns.sensitive)
    return [name for name in dict.fromkeys(named) if name in window.kinds]


def _missing(window: Window, name: str) -> float:
    return float(_one(window, f"coalesce(1 - count({quote(name)}) / nullif(count(*), 0), 0)"))


def _one(window: Window, aggregate: str) -> Any:
    ((value,),) = window.connection.execute(f"SELECT {aggregate} FROM evergreen_rows").fetchall()  # noqa: S608
    return value
