"""What an expectation asks, and the registry of the questions that SQL can answer.

Great Expectations turns each expectation into named metrics (``column.mean``,
``column_values.between.unexpected_count``) and judges their values. An *answer* gives the SQL of those metrics, under
their own names. It returns None for a question whose meaning on pandas SQL cannot promise (a number compared with
text, say): Great Expectations then answers itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
from great_expectations.expectations.expectation import Expectation

NUMBERS = frozenset({"integer", "float"})
MOMENTS = frozenset({"moment", "moment_utc"})


@dataclass(frozen=True, kw_only=True)
class Sql:
    """A metric as an aggregate over the view ``evergreen_rows``.

    Attributes
    ----------
    distinct
        It counts distinct values, which is cheaper in a query apart from the other aggregates.
    exact
        The same at a higher price, asked only where ``sql`` gives NaN or an infinite number.
    """

    sql: str
    then: Callable[[Any], Any] | None = None
    distinct: bool = False
    exact: str | None = None

    def value(self, raw: Any) -> Any:
        """The metric's value, as pandas would give it."""
        return raw if self.then is None or raw is None else self.then(raw)


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A metric that counts the rows that share their values of some columns with another row.

    Attributes
    ----------
    columns
        Quoted; missing values are equal.
    kept
        An SQL condition: other rows count for nothing.
    numbers
        It is one column of numbers, none of them missing: NumPy sorts them in half the time that DuckDB takes to group.
    """

    columns: tuple[str, ...]
    kept: str
    numbers: bool = False

    def count(self, connection: duckdb.DuckDBPyConnection, passes: int) -> int:
        """The metric; equal rows have equal hashes, so each pass holds its share of the rows."""
        listed = ", ".join(self.columns)
        shares = [f" AND hash({listed}) % {passes} = {number}" for number in range(passes)] if passes > 1 else [""]
        sources = (f"FROM evergreen_rows WHERE ({self.kept}){share}" for share in shares)
        if self.numbers:
            return sum(_repeats(connection.sql(f"SELECT {listed} AS n {source}")) for source in sources)
        groups = (f"SELECT count(*) AS n {source} GROUP BY {listed} HAVING n > 1" for source in sources)
        queries = (f"SELECT coalesce(sum(n), 0)::BIGINT FROM ({group})" for group in groups)  # noqa: S608
        return sum(connection.execute(query).fetchall()[0][0] for query in queries)


def _repeats(numbers: duckdb.DuckDBPyRelation) -> int:
    """How many of the numbers of column ``n`` are there more than once, counted each time."""
    values = np.sort(numbers.to_arrow_table()["n"].to_numpy())
    same = np.concatenate([[False], values[1:] == values[:-1], [False]])
    return int(np.count_nonzero((same[1:] | same[:-1])[: len(values)]))


@dataclass(frozen=True, kw_only=True)
class Known:
    """A metric that needs no query."""

    known: Any


@dataclass(frozen=True, kw_only=True)
class Question:
    """An expectation, and the columns of the data with their kinds (see ``window.py``) and Arrow types, in order."""

    expectation: Expectation
    kinds: Mapping[str, str]
    schema: pa.Schema

    def argument(self, name: str) -> Any:
        """The argument as the expectation holds it, or None."""
        return getattr(self.expectation, name, None)

    def kind(self, argument: str = "column") -> str:
        """The kind of the column that the argument names."""
        return self.kinds[str(self.argument(argument))]


Answer = Mapping[str, Sql | Repeated | Known]
Answering = Callable[[Question], Answer | None]
ANSWERS: dict[str, Answering] = {}
_F = TypeVar("_F", bound=Answering)


def answers(expectation: str) -> Callable[[_F], _F]:
    """Register the answer to an expectation, by its snake_case type."""

    def register(function: _F) -> _F:
        ANSWERS[expectation] = function
        return function

    return register
