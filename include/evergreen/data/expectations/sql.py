"""SQL in pieces: names and literals, quoted."""

import datetime as dt
import math


def quote(name: str) -> str:
    """A column's name.

    >>> print(quote('the "late" flag'))
    "the ""late"" flag"
    """
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def count_where(condition: str) -> str:
    """The number of rows for which the condition is true.

    An aggregate's FILTER would say the same, but DuckDB then cuts the rows of every other aggregate's column, too.

    >>> count_where("n > 1")
    'count(CASE WHEN n > 1 THEN 1 END)'
    """
    return f"count(CASE WHEN {condition} THEN 1 END)"


def mean(column: str) -> str:
    """The mean of a quoted column; its parts serve ``deviation`` and a sum, too.

    >>> mean('"n"')
    'sum("n") / count("n")'
    """
    return f"sum({column}) / count({column})"


def deviation(column: str) -> str:
    """The standard deviation (n - 1) of a quoted DOUBLE column from its sums, at a quarter of ``stddev_samp``'s cost.

    NaN where the mean lies more than ten standard deviations from zero: the difference of the sums then loses digits.
    Closer than that, it loses two of sixteen.

    Source: Chan, Golub, LeVeque 1983, "Algorithms for computing the sample variance", the condition number in section 3.
    """
    of_mean = f"sum({column}) * sum({column}) / count({column})"
    of_spread = f"(sum({column} * {column}) - {of_mean})"
    return (
        f"CASE WHEN count({column}) < 2 THEN NULL WHEN {of_spread} > 0.01 * {of_mean} "
        f"THEN sqrt({of_spread} / (count({column}) - 1)) ELSE 'NaN'::DOUBLE END"
    )


def text(value: str) -> str:
    """A string literal.

    >>> text("O'Hare")
    "'O''Hare'"
    """
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def number(value: float) -> str:
    """A DOUBLE, whatever its size."""
    return f"'{float(value)!r}'::DOUBLE"


def moment(value: dt.datetime) -> str:
    """A time, with time zone if ``value`` has one."""
    if value.tzinfo is None:
        return f"'{value:%Y-%m-%d %H:%M:%S.%f}'::TIMESTAMP"
    return f"'{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}+00:00'::TIMESTAMPTZ"


def literal(value: object) -> str | None:
    """Text, a boolean or a finite number as SQL; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return None if "\0" in value else text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return number(value)
    return None
