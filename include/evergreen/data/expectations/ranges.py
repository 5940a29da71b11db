"""Expectations about the range of single values."""

import datetime as dt
from typing import Any

from evergreen.data.expectations.column_map import column_map
from evergreen.data.expectations.question import MOMENTS, NUMBERS, Answer, Question, answers
from evergreen.data.expectations.sql import moment, number, quote


@answers("expect_column_values_to_be_between")
def between(question: Question) -> Answer | None:
    """How many values lie outside of the bounds."""
    low, high = question.argument("min_value"), question.argument("max_value")
    kind, column = question.kind(), quote(question.argument("column"))
    written = [_bound(kind, bound) for bound in (low, high)]
    if written == [None, None] or any(w is None and b is not None for w, b in zip(written, (low, high), strict=True)):
        return None
    if low is not None and high is not None and low > high:
        return None
    below = "<=" if question.argument("strict_min") is True else "<"
    above = ">=" if question.argument("strict_max") is True else ">"
    tests = [f"{column} {sign} {bound}" for sign, bound in zip((below, above), written, strict=True) if bound]
    return column_map(question, "column_values.between", " OR ".join(tests))


def _bound(kind: str, bound: Any) -> str | None:
    """The bound in SQL where it is of the column's kind, else None."""
    if kind in NUMBERS and isinstance(bound, int | float) and not isinstance(bound, bool):
        return number(bound)
    if kind in MOMENTS and isinstance(bound, dt.datetime) and (bound.tzinfo is not None) == (kind == "moment_utc"):
        return moment(bound)
    return None
