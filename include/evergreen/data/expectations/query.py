"""One query for everything that is an aggregate."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from evergreen.data.expectations.question import Answer, Known, Sql
from evergreen.data.expectations.window import Window


def measure(window: Window, answers: Iterable[Answer | None]) -> list[Mapping[str, Any] | None]:
    """The metrics of each answer, all from one pass over the Parquet files.

    An answer whose SQL fails on these data (an overflow, say) gives None, as one that is None does; each is then tried
    alone, so that it does not take the others with it.

    Raises
    ------
    duckdb.Error
        When not even the rows can be counted.
    """
    asked = list(answers)
    try:
        found = _run(window, {metric.sql for answer in asked if answer for metric in _queried(answer)})
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        _run(window, {"count(*)"})
        return [_alone(window, answer) for answer in asked]
    return [None if answer is None else _values(answer, found) for answer in asked]


def _alone(window: Window, answer: Answer | None) -> Mapping[str, Any] | None:
    if answer is None:
        return None
    try:
        return _values(answer, _run(window, {metric.sql for metric in _queried(answer)}))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return None


def _queried(answer: Answer) -> list[Sql]:
    return [metric for metric in answer.values() if isinstance(metric, Sql)]


def _values(answer: Answer, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: metric.known if isinstance(metric, Known) else metric.value(found[metric.sql])
        for name, metric in answer.items()
    }


def _run(window: Window, aggregates: set[str]) -> dict[str, Any]:
    """Each aggregate and its value."""
    listed = sorted(aggregates)
    if not listed:
        return {}
    (row,) = window.connection.execute(f"SELECT {', '.join(listed)} FROM evergreen_rows").fetchall()  # noqa: S608
    return dict(zip(listed, row, strict=True))
