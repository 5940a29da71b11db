"""Expectations about one number of a column: extremes, location, spread, sum."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from evergreen.data.expectations.question import MOMENTS, NUMBERS, Answer, Question, Sql, answers
from evergreen.data.expectations.sql import deviation, quote
from evergreen.data.expectations.sql import mean as mean_of


@answers("expect_column_min_to_be_between")
def least(question: Question) -> Answer | None:
    """The least value; a time for a time column."""
    return _extreme(question, "column.min", "min")


@answers("expect_column_max_to_be_between")
def greatest(question: Question) -> Answer | None:
    """The greatest value; of the event time, it says how fresh the data are."""
    return _extreme(question, "column.max", "max")


@answers("expect_column_mean_to_be_between")
def mean(question: Question) -> Answer | None:
    """The mean."""
    return _number(question, "column.mean", mean_of)


@answers("expect_column_median_to_be_between")
def median(question: Question) -> Answer | None:
    """The median; of an even number of values, the middle between the two in the middle."""
    return _number(question, "column.median", "median({0})".format)


@answers("expect_column_stdev_to_be_between")
def stdev(question: Question) -> Answer | None:
    """The standard deviation of a sample (n - 1)."""
    if question.kind() not in NUMBERS:
        return None
    return {"column.standard_deviation": spread(quote(question.argument("column")), question.kind())}


@answers("expect_column_sum_to_be_between")
def total(question: Question) -> Answer | None:
    """The sum; 0 where there is no value."""
    return _number(question, "column.sum", "coalesce(sum({0}), 0)".format)


def spread(column: str, kind: str, then: Callable[[Any], Any] | None = None) -> Sql:
    """The standard deviation (n - 1) of a quoted column: of doubles from their sums where these are good enough."""
    if kind != "float":
        return Sql(sql=f"stddev_samp({column})", then=then)
    distance = f"({column} - (SELECT {mean_of(column)} FROM evergreen_rows))"  # noqa: S608 - a quoted name
    exact = f"sqrt(sum({distance} * {distance}) / (count({column}) - 1))"
    return Sql(sql=deviation(column), exact=exact, then=then)


def _number(question: Question, metric: str, aggregate: Callable[[str], str]) -> Answer | None:
    if question.kind() not in NUMBERS:
        return None
    return {metric: Sql(sql=aggregate(quote(question.argument("column"))))}


def _extreme(question: Question, metric: str, aggregate: str) -> Answer | None:
    kind, extreme = question.kind(), f"{aggregate}({quote(question.argument('column'))})"
    if kind in NUMBERS:
        return {metric: Sql(sql=extreme)}
    if kind in MOMENTS:
        return {metric: Sql(sql=f"epoch_ns({extreme})", then=_aware if kind == "moment_utc" else pd.Timestamp)}
    return None


def _aware(nanoseconds: int) -> pd.Timestamp:
    return pd.Timestamp(nanoseconds, tz="UTC")
