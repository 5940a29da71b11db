"""Expectations about missing values; NaN is missing, too."""

from evergreen.data.expectations.question import Answer, Question, Sql, answers
from evergreen.data.expectations.sql import quote


@answers("expect_column_values_to_not_be_null")
def not_null(question: Question) -> Answer:
    """How many values are missing."""
    column = quote(question.argument("column"))
    return {
        "table.row_count": Sql(sql="count(*)"),
        "column_values.nonnull.unexpected_count": Sql(sql=f"count(*) - count({column})"),
    }


@answers("expect_column_values_to_be_null")
def null(question: Question) -> Answer:
    """How many values are there."""
    column = quote(question.argument("column"))
    return {
        "table.row_count": Sql(sql="count(*)"),
        "column_values.null.unexpected_count": Sql(sql=f"count({column})"),
    }


@answers("expect_column_proportion_of_non_null_values_to_be_between")
def non_null_proportion(question: Question) -> Answer:
    """The share of values that are there; 0 for a table without rows."""
    column = quote(question.argument("column"))
    share = f"CASE WHEN count(*) = 0 THEN 0 ELSE count({column}) / count(*) END"
    return {"column.non_null_proportion": Sql(sql=share)}
