"""A snapshot's statistics against the previous snapshot's: warnings, since a change need not be a fault."""

import math
from collections.abc import Iterator

from evergreen.data.expectations.suite import CompareWithPrevious
from evergreen.records.validation import ColumnStatistics, ExpectationOutcome, ValidationReport


def compare(
    previous: ValidationReport, rows: int, statistics: tuple[ColumnStatistics, ...], limits: CompareWithPrevious
) -> list[ExpectationOutcome]:
    """One outcome for the number of rows, and one for each column that both snapshots have.

    Parameters
    ----------
    rows, statistics
        Of the present snapshot.
    limits
        ``compare_with_previous`` of the suite.
    """
    before = {column.column: column for column in previous.statistics if column.column not in limits.ignore}
    outcomes = [_rows(previous.rows, rows, limits)]
    outcomes += [_column(before[now.column], now, limits) for now in statistics if now.column in before]
    gone = set(before) - {now.column for now in statistics}
    outcomes += [_outcome("column", name, ["it is gone"], {}) for name in sorted(gone)]
    return outcomes


def mean_shift(before: ColumnStatistics, now: ColumnStatistics) -> float | None:
    """The shift of the mean in pooled standard deviations; 0 means no shift, None that it cannot be said.

    Source: Cohen's d with the root mean square of both standard deviations.
    """
    if before.mean is None or now.mean is None or before.stddev is None or now.stddev is None:
        return None
    pooled = math.sqrt((before.stddev**2 + now.stddev**2) / 2)
    if pooled == 0:
        return 0.0 if before.mean == now.mean else math.inf
    return (now.mean - before.mean) / pooled


def _rows(before: int, now: int, limits: CompareWithPrevious) -> ExpectationOutcome:
    ratio = now / before if before else math.inf
    few = limits.min_row_ratio is not None and ratio < limits.min_row_ratio
    many = limits.max_row_ratio is not None and ratio > limits.max_row_ratio and before > 0
    said = [f"{now:,} rows after {before:,}"] if few or many else []
    return _outcome("rows", None, said, {"ratio": ratio} if before else {})


def _column(before: ColumnStatistics, now: ColumnStatistics, limits: CompareWithPrevious) -> ExpectationOutcome:
    changes = dict(_changes(before, now))
    said = []
    if limits.mean_shift is not None and abs(changes.get("mean_shift", 0.0)) > limits.mean_shift:
        said.append(f"the mean moved by {changes['mean_shift']:+.2f} standard deviations")
    if limits.null_rate_change is not None and abs(changes["null_rate_change"]) > limits.null_rate_change:
        said.append(f"nulls went from {before.null_rate:.1%} to {now.null_rate:.1%}")
    ratio = changes.get("distinct_ratio", 1.0)
    if limits.distinct_ratio is not None and not 1 / limits.distinct_ratio <= ratio <= limits.distinct_ratio:
        said.append(f"{now.distinct:,} categories after {before.distinct:,}")
    return _outcome("column", now.column, said, changes)


def _changes(before: ColumnStatistics, now: ColumnStatistics) -> Iterator[tuple[str, float]]:
    yield "null_rate_change", now.null_rate - before.null_rate
    if (shift := mean_shift(before, now)) is not None:
        yield "mean_shift", shift
    if before.distinct and now.distinct is not None:
        yield "distinct_ratio", now.distinct / before.distinct


def _outcome(what: str, column: str | None, said: list[str], observed: dict[str, float]) -> ExpectationOutcome:
    subject = f"{column}: " if column else ""
    return ExpectationOutcome(
        expectation=f"{what}_like_previous",
        column=column,
        severity="warning",
        success=not said,
        engine="previous",
        observed={key: value if math.isfinite(value) else str(value) for key, value in observed.items()},
        element_count=None,
        unexpected_count=None,
        sentence=f"{subject}{'; '.join(said) if said else 'like the previous snapshot'}.",
    )
