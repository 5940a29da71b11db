"""One pass for everything that is an aggregate; what has to group the rows is asked apart."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from evergreen.data.expectations.question import Answer, Known, Repeated, Sql
from evergreen.data.expectations.sql import quote
from evergreen.data.expectations.window import Window

GROUPED_ROWS = 1_000_000  # at once: some 100 MB, however many rows there are
MOST_PASSES = 64

_Asked = Sql | Repeated


def measure(window: Window, answers: Iterable[Answer | None]) -> list[Mapping[str, Any] | None]:
    """The metrics of each answer: aggregates from one pass over the Parquet files, distinct values from another.

    An answer whose SQL fails on these data (an overflow, say) gives None, as one that is None does; each is then tried
    alone, so that it does not take the others with it.

    Raises
    ------
    duckdb.Error
        When not even the rows can be counted.
    """
    asked = list(answers)
    try:
        found = _run(window, [metric for answer in asked if answer for metric in _queried(answer)])
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        _run(window, [Sql(sql="count(*)")])
        return [_alone(window, answer) for answer in asked]
    return [None if answer is None else _values(answer, found) for answer in asked]


def _alone(window: Window, answer: Answer | None) -> Mapping[str, Any] | None:
    if answer is None:
        return None
    try:
        return _values(answer, _run(window, _queried(answer)))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return None


def _queried(answer: Answer) -> list[_Asked]:
    return [metric for metric in answer.values() if not isinstance(metric, Known)]


def _values(answer: Answer, found: Mapping[_Asked, Any]) -> dict[str, Any]:
    return {name: metric.known if isinstance(metric, Known) else found[metric] for name, metric in answer.items()}


def _run(window: Window, asked: Iterable[_Asked]) -> dict[_Asked, Any]:
    """Each metric and its value."""
    metrics = set(asked)
    aggregates = [metric for metric in metrics if isinstance(metric, Sql)]
    raw = _stored_row(window, {metric.sql for metric in aggregates if not metric.distinct})
    raw |= _row(window, {metric.sql for metric in aggregates if metric.distinct})
    doubtful = {metric.sql: metric.exact for metric in aggregates if metric.exact and _doubtful(raw[metric.sql])}
    exact = _row(window, set(doubtful.values()))
    raw |= {sql: exact[asked] for sql, asked in doubtful.items()}
    found: dict[_Asked, Any] = {metric: metric.value(raw[metric.sql]) for metric in aggregates}
    return found | {metric: _repeated(window, metric) for metric in metrics if isinstance(metric, Repeated)}


def _doubtful(value: float | None) -> bool:
    return value is not None and not math.isfinite(value)


def _stored_row(window: Window, aggregates: set[str]) -> dict[str, Any]:
    """Each aggregate over the rows as stored; over those with null for NaN where a sum shows that there is NaN.

    A snapshot leaves no NaN, and to look at every value for it would cost a tenth of the query.
    """
    columns = (quote(name) for name, kind in window.kinds.items() if kind in {"float", "single"})
    sums = {f"sum({column})" for column in columns if any(column in sql for sql in aggregates)}
    found = _row(window, aggregates | sums, view="evergreen_stored")
    return _row(window, aggregates) if any(math.isnan(found[each] or 0.0) for each in sums) else found


def _row(window: Window, aggregates: set[str], view: str = "evergreen_rows") -> dict[str, Any]:
    """Each aggregate and its value."""
    listed = sorted(aggregates)
    if not listed:
        return {}
    (row,) = window.connection.execute(f"SELECT {', '.join(listed)} FROM {view}").fetchall()  # noqa: S608
    return dict(zip(listed, row, strict=True))


def _repeated(window: Window, metric: Repeated) -> int:
    """The metric in so many passes that each groups about ``GROUPED_ROWS`` rows; DuckDB spills if they are more."""
    passes = min(MOST_PASSES, -(-window.rows // GROUPED_ROWS))
    return metric.count(window.connection, passes)
