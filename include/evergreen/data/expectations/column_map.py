"""The metrics that every expectation about single values of a column shares."""

from evergreen.data.expectations.question import Answer, Question, Repeated, Sql
from evergreen.data.expectations.sql import count_where, quote


def column_map(question: Question, metric: str, unexpected: str) -> Answer:
    """Count the values for which ``unexpected`` is true; missing values count for nothing.

    Parameters
    ----------
    metric
        Great Expectations' name of the map metric, such as ``column_values.between``.
    unexpected
        An SQL condition on the column; null where the value is missing.
    """
    return counted(question, metric, Sql(sql=count_where(unexpected)))


def counted(question: Question, metric: str, count: Sql | Repeated) -> Answer:
    """The same with a metric that counts."""
    column = quote(question.argument("column"))
    return {
        "table.row_count": Sql(sql="count(*)"),
        "column_values.nonnull.unexpected_count": Sql(sql=f"count(*) - count({column})"),
        f"{metric}.unexpected_count": count,
    }
