"""Expectations about sets of categories."""

from evergreen.data.expectations.column_map import column_map
from evergreen.data.expectations.question import Answer, Question, Sql, answers
from evergreen.data.expectations.sql import literal, quote

_MEMBERS: dict[str, tuple[type, ...]] = {"text": (str,), "integer": (int,), "float": (int, float), "boolean": (bool,)}
_LARGEST = 2**53


@answers("expect_column_values_to_be_in_set")
def in_set(question: Question) -> Answer | None:
    """How many values are not of the set."""
    if (listed := _listed(question)) is None:
        return None
    return column_map(question, "column_values.in_set", _outside(question, listed))


@answers("expect_column_values_to_not_be_in_set")
def not_in_set(question: Question) -> Answer | None:
    """How many values are of the set."""
    if (listed := _listed(question)) is None:
        return None
    column = quote(question.argument("column"))
    return column_map(question, "column_values.not_in_set", f"{column} IN ({', '.join(listed)})" if listed else "false")


@answers("expect_column_distinct_values_to_be_in_set")
def distinct_in_set(question: Question) -> Answer | None:
    """How many different values are not of the set."""
    listed = _listed(question)
    return None if listed is None else _not_in_set(question, listed)


@answers("expect_column_distinct_values_to_contain_set")
def distinct_contain_set(question: Question) -> Answer | None:
    """How many values of the set do not occur."""
    listed = _listed(question)
    return None if listed is None else _missing(question, listed)


@answers("expect_column_distinct_values_to_equal_set")
def distinct_equal_set(question: Question) -> Answer | None:
    """Both."""
    listed = _listed(question)
    return None if listed is None else {**_not_in_set(question, listed), **_missing(question, listed)}


def _not_in_set(question: Question, listed: list[str]) -> Answer:
    column = quote(question.argument("column"))
    count = f"count(DISTINCT CASE WHEN {_outside(question, listed)} THEN {column} END)"
    return {"column.distinct_values.not_in_set.count": Sql(sql=count, distinct=True)}


def _missing(question: Question, listed: list[str]) -> Answer:
    column = quote(question.argument("column"))
    present = f"count(DISTINCT CASE WHEN {column} IN ({', '.join(listed)}) THEN {column} END)" if listed else "0"
    return {"column.distinct_values.missing_from_column.count": Sql(sql=f"{len(listed)} - {present}", distinct=True)}


def _outside(question: Question, listed: list[str]) -> str:
    column = quote(question.argument("column"))
    if not listed:
        return f"{column} IS NOT NULL"
    if question.kind() != "text":
        return f"{column} NOT IN ({', '.join(listed)})"
    # A function of one column is evaluated once per entry of a Parquet dictionary, IN once per row: a tenth of the cost.
    members = ", ".join(f"{member}: true" for member in listed)
    return f"NOT map_contains(MAP {{{members}}}, {column})"


def _listed(question: Question) -> list[str] | None:
    """The set in SQL, each member once; None where a member is not of the column's kind."""
    values, allowed = question.argument("value_set"), _MEMBERS.get(question.kind())
    if allowed is None or not isinstance(values, list | tuple | set):
        return None
    if any(not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed) for value in values):
        return None
    if any(isinstance(value, int | float) and abs(value) > _LARGEST for value in values):
        return None
    written = [literal(value) for value in dict.fromkeys(values)]
    return None if None in written else [item for item in written if item is not None]
