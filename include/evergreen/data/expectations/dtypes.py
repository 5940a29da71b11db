"""Expectations about the type of a column, by the name that pandas gives it."""

from typing import Any

import pyarrow as pa

from evergreen.data.expectations.question import Answer, Question, Sql, answers
from evergreen.data.expectations.sql import quote


@answers("expect_column_type_to_be")
def type_to_be(question: Question) -> Answer:
    """The pandas type of the column, which depends on whether values are missing: integers become floats."""
    name = question.argument("column")
    arrow = question.schema.field(name).type

    def types(missing: int) -> list[dict[str, Any]]:
        column = pa.table({name: pa.array([None] if missing else [], type=arrow)})
        return [{"name": name, "type": column.to_pandas().dtypes[name]}]

    return {"table.column_types": Sql(sql=f"count(*) - count({quote(name)})", then=types)}
