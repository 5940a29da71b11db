"""ValidationReport: what the expectations found."""

from dataclasses import dataclass
from typing import Any, Literal

from evergreen.records.base import Record

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, kw_only=True)
class ExpectationOutcome:
    """One expectation and what was observed.

    Attributes
    ----------
    engine
        Who answered: one DuckDB query over the Parquet, Great Expectations itself, or the comparison with the
        previous snapshot.
    sentence
        The finding in words, bounded, without a row of data.
    """

    expectation: str
    column: str | None
    severity: Severity
    success: bool
    engine: Literal["duckdb", "gx", "previous"]
    observed: Any
    element_count: int | None
    unexpected_count: int | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ColumnStatistics:
    """Aggregates of one column that the next snapshot is compared with.

    Attributes
    ----------
    mean, stddev
        None for a column that is not numeric, has no values, or infinite ones.
    distinct
        Categories of a text or boolean column; None for any other.
    """

    column: str
    null_rate: float
    mean: float | None
    stddev: float | None
    distinct: int | None


@dataclass(frozen=True, kw_only=True)
class ValidationReport(Record):
    """The verdict on a snapshot's data.

    Attributes
    ----------
    passed
        No critical expectation failed.
    docs_key
        The GX Data Docs page (one HTML file) in the object store.
    """

    model: str
    snapshot: str
    passed: bool
    rows: int
    outcomes: tuple[ExpectationOutcome, ...]
    statistics: tuple[ColumnStatistics, ...]
    docs_key: str
    report_key: str

    @property
    def failures(self) -> tuple[ExpectationOutcome, ...]:
        """The expectations that failed, critical ones first."""
        failed = (o for o in self.outcomes if not o.success)
        return tuple(sorted(failed, key=lambda o: o.severity != "critical"))
