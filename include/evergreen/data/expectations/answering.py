"""All answers together: importing their modules registers them."""

from evergreen.data.expectations import (
    aggregates,
    dtypes,
    lengths,
    nulls,
    pairs,
    ranges,
    sets,
    table,
    unique,
)
from evergreen.data.expectations.question import ANSWERS, Answer, Question

MODULES = (aggregates, dtypes, lengths, nulls, pairs, ranges, sets, table, unique)


def answer(question: Question) -> Answer | None:
    """The metrics of the expectation in SQL; None: Great Expectations must answer itself."""
    known = ANSWERS.get(question.expectation.expectation_type)
    if known is None or question.argument("row_condition") is not None:
        return None
    return known(question)
