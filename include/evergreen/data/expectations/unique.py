"""Expectations about uniqueness and the number of different values."""

from evergreen.data.expectations.column_map import counted
from evergreen.data.expectations.question import NUMBERS, Answer, Question, Repeated, Sql, answers
from evergreen.data.expectations.sql import count_where, quote

_COUNTABLE = {"integer", "float", "text", "boolean", "moment", "moment_utc"}


@answers("expect_column_values_to_be_unique")
def unique(question: Question) -> Answer | None:
    """How many values occur more than once, counted each time."""
    column = quote(question.argument("column"))
    if question.kind() not in _COUNTABLE:
        return None
    repeated = Repeated(columns=(column,), kept=f"{column} IS NOT NULL", numbers=question.kind() in NUMBERS)
    return counted(question, "column_values.unique", repeated)


@answers("expect_compound_columns_to_be_unique")
def compound_unique(question: Question) -> Answer | None:
    """How many rows share their values of these columns with another row; missing values are equal."""
    names = question.argument("column_list")
    if any(question.kinds[name] not in _COUNTABLE for name in names):
        return None
    columns = [quote(name) for name in names]
    joined = {"all_values_are_missing": " OR ", "any_value_is_missing": " AND "}.get(question.argument("ignore_row_if"))
    kept = joined.join(f"{column} IS NOT NULL" for column in columns) if joined else "true"
    return {
        "table.row_count": Sql(sql="count(*)"),
        "compound_columns.unique.filtered_row_count": Sql(sql=count_where(kept)),
        "compound_columns.unique.unexpected_count": Repeated(columns=tuple(columns), kept=kept),
    }


@answers("expect_column_unique_value_count_to_be_between")
def unique_value_count(question: Question) -> Answer | None:
    """The number of different values."""
    if question.kind() not in _COUNTABLE:
        return None
    return {
        "column.distinct_values.count": Sql(sql=f"count(DISTINCT {quote(question.argument('column'))})", distinct=True)
    }


@answers("expect_column_proportion_of_unique_values_to_be_between")
def unique_proportion(question: Question) -> Answer | None:
    """Different values per value; 0 where there is no value."""
    column = quote(question.argument("column"))
    if question.kind() not in _COUNTABLE:
        return None
    share = f"CASE WHEN count({column}) = 0 THEN 0 ELSE count(DISTINCT {column}) / count({column}) END"
    return {"column.unique_proportion": Sql(sql=share, distinct=True)}
