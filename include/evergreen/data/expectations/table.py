"""Expectations about the table: its columns and its number of rows."""

from evergreen.data.expectations.question import Answer, Known, Question, Sql, answers


@answers("expect_column_to_exist")
@answers("expect_table_columns_to_match_set")
@answers("expect_table_columns_to_match_ordered_list")
def columns(question: Question) -> Answer:
    """The names of the columns, in order."""
    return {"table.columns": Known(known=list(question.kinds))}


@answers("expect_table_column_count_to_equal")
@answers("expect_table_column_count_to_be_between")
def column_count(question: Question) -> Answer:
    """The number of columns."""
    return {"table.column_count": Known(known=len(question.kinds))}


@answers("expect_table_row_count_to_equal")
@answers("expect_table_row_count_to_be_between")
def row_count(_: Question) -> Answer:
    """The number of rows."""
    return {"table.row_count": Sql(sql="count(*)")}
