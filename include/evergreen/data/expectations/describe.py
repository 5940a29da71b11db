"""Statistics of the columns that have a meaning, in the same query as the expectations."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from evergreen.data.expectations.aggregates import spread
from evergreen.data.expectations.question import NUMBERS, Answer, Sql
from evergreen.data.expectations.sql import mean, quote
from evergreen.records.validation import ColumnStatistics

_NUMERIC = NUMBERS | {"single"}


def statistics_of(columns: Iterable[str], kinds: Mapping[str, str]) -> dict[str, Answer]:
    """What to measure of each column that the data have."""
    return {name: _measures(name, kinds[name]) for name in dict.fromkeys(columns) if name in kinds}


def described(column: str, found: Mapping[str, Any]) -> ColumnStatistics:
    """The statistics of a column from what was measured."""
    rows = found["rows"]
    return ColumnStatistics(
        column=column,
        null_rate=1 - found["values"] / rows if rows else 0.0,
        mean=found.get("mean"),
        stddev=found.get("stddev"),
        distinct=found.get("distinct"),
    )


def _measures(name: str, kind: str) -> Answer:
    column = quote(name)
    measures = {"rows": Sql(sql="count(*)"), "values": Sql(sql=f"count({column})")}
    if kind in _NUMERIC:
        measures["mean"] = Sql(sql=mean(column), then=_finite)
        measures["stddev"] = spread(column, kind, then=_finite)
    if kind in {"text", "boolean"}:
        measures["distinct"] = Sql(sql=f"count(DISTINCT {column})", distinct=True)
    return measures


def _finite(value: float) -> float | None:
    """None where infinite values leave no mean; a filter on finite values would triple the cost of the query."""
    return value if math.isfinite(value) else None
