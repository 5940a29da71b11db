"""Every expectation's result: measured by the one query where SQL can, by Great Expectations itself otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation import Expectation

from evergreen.data.expectations.answering import answer
from evergreen.data.expectations.describe import described, statistics_of
from evergreen.data.expectations.fallback import ask_gx
from evergreen.data.expectations.judge import failed, judge
from evergreen.data.expectations.query import measure
from evergreen.data.expectations.question import Question, Sql
from evergreen.data.expectations.suite import Entry
from evergreen.data.expectations.window import Window
from evergreen.records.validation import ColumnStatistics

_ROWS = {"rows": Sql(sql="count(*)")}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What Great Expectations says of an expectation, and who measured it."""

    result: ExpectationValidationResult
    engine: Literal["duckdb", "gx"]


@dataclass(frozen=True, kw_only=True)
class Results:
    """All results in the order of the suite, the statistics of the columns, and the number of rows."""

    results: tuple[Result, ...]
    statistics: tuple[ColumnStatistics, ...]
    rows: int


def results(
    window: Window, entries: Sequence[Entry], expectations: Sequence[Expectation], described_columns: Iterable[str]
) -> Results:
    """Measure and judge.

    Parameters
    ----------
    entries, expectations
        Of the suite, in the same order.
    described_columns
        The columns whose statistics are wanted; those that the data lack are left out.

    Raises
    ------
    duckdb.Error
        When the rows cannot be read at all.
    """
    pairs = list(zip(entries, expectations, strict=True))
    asked = [None if _absent(e, window) else answer(_question(x, window)) for e, x in pairs]
    measures = statistics_of(described_columns, window.kinds)
    found = measure(window, [_ROWS, *measures.values(), *asked])
    metrics = found[1 + len(measures) :]
    others = iter(_by_gx(window, [pair for pair, m in zip(pairs, metrics, strict=True) if m is None]))
    judged = [
        next(others) if m is None else Result(result=judge(x, m), engine="duckdb")
        for (_, x), m in zip(pairs, metrics, strict=True)
    ]
    columns = zip(measures, found[1:], strict=False)
    statistics = tuple(described(name, values) for name, values in columns if values is not None)
    return Results(results=tuple(judged), statistics=statistics, rows=_count(found[0]))


def _by_gx(window: Window, pairs: list[tuple[Entry, Expectation]]) -> list[Result]:
    """Expectations that the query did not answer, in order; a frame of only the columns that they read is loaded."""
    possible = [pair for pair in pairs if not _absent(pair[0], window)]
    answered: Iterable[ExpectationValidationResult] = ()
    if possible:
        frame = window.table(_columns(possible, window)).to_pandas()
        answered = ask_gx([expectation for _, expectation in possible], frame)
    asked = iter(answered)
    return [
        Result(result=failed(x, f"no column {gone!r} in the data"), engine="gx")
        if (gone := _absent(e, window))
        else Result(result=next(asked), engine="gx")
        for e, x in pairs
    ]


def _columns(pairs: list[tuple[Entry, Expectation]], window: Window) -> list[str]:
    """What the expectations read; a row condition, or an expectation that names none, may read any column."""
    if any(not entry.columns or entry.kwargs.get("row_condition") for entry, _ in pairs):
        return list(window.kinds)
    return list(dict.fromkeys(name for entry, _ in pairs for name in entry.columns))


def _absent(entry: Entry, window: Window) -> str | None:
    """The first column that the expectation reads and the data lack."""
    if entry.declares:
        return None
    return next((name for name in entry.columns if name not in window.kinds), None)


def _question(expectation: Expectation, window: Window) -> Question:
    return Question(expectation=expectation, kinds=window.kinds, schema=window.schema)


def _count(found: Mapping[str, Any] | None) -> int:
    return int(found["rows"]) if found else 0
