"""Expectations about the length of texts, in code points."""

from evergreen.data.expectations.column_map import column_map
from evergreen.data.expectations.question import Answer, Question, answers
from evergreen.data.expectations.sql import number, quote


@answers("expect_column_value_lengths_to_be_between")
def lengths_between(question: Question) -> Answer | None:
    """How many texts are shorter or longer than allowed."""
    low, high = question.argument("min_value"), question.argument("max_value")
    bounds = [bound for bound in (low, high) if bound is not None]
    if question.kind() != "text" or not bounds or not all(isinstance(bound, int | float) for bound in bounds):
        return None
    length = f"length({quote(question.argument('column'))})"
    below = "<=" if question.argument("strict_min") is True else "<"
    above = ">=" if question.argument("strict_max") is True else ">"
    tests = [f"{length} {sign} {number(bound)}" for sign, bound in ((below, low), (above, high)) if bound is not None]
    return column_map(question, "column_values.value_length.between", " OR ".join(tests))


@answers("expect_column_value_lengths_to_equal")
def lengths_equal(question: Question) -> Answer | None:
    """How many texts are of another length."""
    value = question.argument("value")
    if question.kind() != "text" or not isinstance(value, int | float):
        return None
    length = f"length({quote(question.argument('column'))})"
    return column_map(question, "column_values.value_length.equals", f"{length} <> {number(value)}")
