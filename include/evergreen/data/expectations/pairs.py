"""Expectations about two columns of the same row."""

from evergreen.data.expectations.question import MOMENTS, NUMBERS, Answer, Question, Sql, answers
from evergreen.data.expectations.sql import count_where, quote


@answers("expect_column_pair_values_a_to_be_greater_than_b")
def greater(question: Question) -> Answer | None:
    """In how many rows A is not greater than B, a missing value being greater than nothing."""
    return _pair(question, "column_pair_values.a_greater_than_b", ">=" if question.argument("or_equal") else ">")


@answers("expect_column_pair_values_to_be_equal")
def equal(question: Question) -> Answer | None:
    """In how many rows A and B differ, a missing value being equal to nothing."""
    return _pair(question, "column_pair_values.equal", "=")


def _pair(question: Question, metric: str, sign: str) -> Answer | None:
    kinds = {question.kind("column_A"), question.kind("column_B")}
    if not (kinds <= NUMBERS or (kinds <= MOMENTS and len(kinds) == 1)):
        return None
    a, b = quote(question.argument("column_A")), quote(question.argument("column_B"))
    joined = {"both_values_are_missing": " OR ", "either_value_is_missing": " AND "}.get(
        question.argument("ignore_row_if")
    )
    kept = joined.join((f"{a} IS NOT NULL", f"{b} IS NOT NULL")) if joined else "true"
    return {
        "table.row_count": Sql(sql="count(*)"),
        f"{metric}.filtered_row_count": Sql(sql=count_where(kept)),
        f"{metric}.unexpected_count": Sql(sql=count_where(f"({kept}) AND ({a} {sign} {b}) IS NOT TRUE")),
    }
