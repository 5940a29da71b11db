"""What the one query answers is what Great Expectations says on pandas, for every answer there is."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.registry import get_expectation_impl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evergreen.data.expectations.aggregates import spread
from evergreen.data.expectations.answering import answer
from evergreen.data.expectations.fallback import ask_gx
from evergreen.data.expectations.judge import judge
from evergreen.data.expectations.query import measure
from evergreen.data.expectations.question import ANSWERS, Question, Repeated, Sql
from evergreen.data.expectations.sql import mean
from evergreen.data.expectations.window import Window, open_window
from evergreen.records.snapshot import Snapshot
from evergreen.stores.memory import MemoryStore

Case = tuple[str, dict[str, Any]]
Stored = Callable[..., Snapshot]
AT = datetime(2013, 5, 1, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("day", pa.timestamp("us")),
        ("whole", pa.int64()),
        ("small", pa.int32()),
        ("real", pa.float64()),
        ("other", pa.float64()),
        ("word", pa.string()),
        ("flag", pa.bool_()),
    ]
)
DAY = datetime(2013, 2, 3)  # noqa: DTZ001 - a column without time zone


def _bounds(column: str, low: Any, high: Any, *, mostly: bool = False) -> Iterator[dict[str, Any]]:
    """Bounds with and without each side, strict and not, all or mostly."""
    yield {"column": column, "min_value": low, "max_value": high}
    yield {"column": column, "min_value": low, "max_value": high, "strict_min": True, "strict_max": True}
    yield {"column": column, "min_value": low, "strict_min": True} | ({"mostly": 0.5} if mostly else {})
    yield {"column": column, "max_value": high} | ({"mostly": 0.25} if mostly else {})


def _table_cases() -> Iterator[Case]:
    columns = SCHEMA.names
    for column in ("id", "absent"):
        yield "expect_column_to_exist", {"column": column}
    yield "expect_column_to_exist", {"column": "id", "column_index": 1}
    for names in (columns, columns[::-1], [*columns[1:], "more"]):
        yield "expect_table_columns_to_match_ordered_list", {"column_list": names}
        yield "expect_table_columns_to_match_set", {"column_set": names}
        yield "expect_table_columns_to_match_set", {"column_set": names[2:], "exact_match": False}
    yield "expect_table_column_count_to_equal", {"value": len(columns)}
    yield "expect_table_column_count_to_be_between", {"min_value": 2, "max_value": 3}
    for count in (0, 4):
        yield "expect_table_row_count_to_equal", {"value": count}
        yield "expect_table_row_count_to_be_between", {"min_value": count, "strict_min": True}
    for column in ("whole", "flag", "word", "at"):
        for type_ in ("int64", "object"):
            yield "expect_column_type_to_be", {"column": column, "type_": type_}


def _value_cases() -> Iterator[Case]:
    for column in SCHEMA.names[2:]:
        for mostly in (1.0, 0.5):
            for what in ("not_be_null", "be_null", "be_unique"):
                yield f"expect_column_values_to_{what}", {"column": column, "mostly": mostly}
        shares = {"column": column, "min_value": 0.4, "max_value": 0.8}
        yield "expect_column_unique_value_count_to_be_between", {"column": column, "min_value": 1, "max_value": 2}
        yield "expect_column_proportion_of_non_null_values_to_be_between", shares
        yield "expect_column_proportion_of_unique_values_to_be_between", shares


def _range_cases() -> Iterator[Case]:
    for column in ("whole", "small", "real"):
        for part in ("min", "max", "mean", "median", "stdev", "sum"):
            yield from ((f"expect_column_{part}_to_be_between", kwargs) for kwargs in [*_bounds(column, -1, 2)][1:3])
        for kwargs in _bounds(column, -1, 2, mostly=True):
            yield "expect_column_values_to_be_between", kwargs
    for column, low in (("at", pd.Timestamp(AT)), ("day", pd.Timestamp(DAY))):
        for kwargs in _bounds(column, low, low + pd.Timedelta("3d")):
            for part in ("min", "max", "values"):
                yield f"expect_column_{part}_to_be_between", kwargs


def _set_cases() -> Iterator[Case]:
    for column, values in (("word", ["a", "it's", "ü"]), ("whole", [0, 2]), ("real", [0.5, 2]), ("flag", [True])):
        for chosen in (values, values[:1]):
            asked = {"column": column, "value_set": chosen}
            yield "expect_column_values_to_be_in_set", asked
            yield "expect_column_values_to_be_in_set", asked | {"mostly": 0.5}
            yield "expect_column_values_to_not_be_in_set", asked
        for how in ("be_in", "contain", "equal"):
            yield f"expect_column_distinct_values_to_{how}_set", {"column": column, "value_set": values}
    for kwargs in _bounds("word", 1, 3, mostly=True):
        yield "expect_column_value_lengths_to_be_between", kwargs
    yield "expect_column_value_lengths_to_equal", {"column": "word", "value": 1, "mostly": 0.5}


def _row_cases() -> Iterator[Case]:
    for pair in (("whole", "small"), ("real", "other"), ("real", "whole"), ("at", "at")):
        for ignored in ("both_values_are_missing", "either_value_is_missing", "neither"):
            asked = {"column_A": pair[0], "column_B": pair[1], "ignore_row_if": ignored}
            yield "expect_column_pair_values_to_be_equal", asked
            yield "expect_column_pair_values_a_to_be_greater_than_b", asked | {"or_equal": ignored == "neither"}
            yield "expect_column_pair_values_a_to_be_greater_than_b", asked | {"mostly": 0.5}
    for names in (["word", "whole"], ["real", "flag"], ["at", "small", "word"]):
        for ignored in ("all_values_are_missing", "any_value_is_missing", "never"):
            yield "expect_compound_columns_to_be_unique", {"column_list": names, "ignore_row_if": ignored}


CASES = [*_table_cases(), *_value_cases(), *_range_cases(), *_set_cases(), *_row_cases()]


def _expectation(case: Case) -> Expectation:
    return get_expectation_impl(case[0])(**case[1])


def _table(**columns: list[Any]) -> pa.Table:
    rows = len(next(iter(columns.values()), []))
    given = {"id": list(range(rows)), "at": [AT + timedelta(days=i) for i in range(rows)]} | columns
    return pa.table({name: given.get(name, [None] * rows) for name in SCHEMA.names}, schema=SCHEMA)


NAN, INF = math.nan, math.inf
TABLES = {
    "plain": _table(
        day=[DAY, DAY + timedelta(days=1), DAY, DAY + timedelta(days=9)],
        whole=[0, 1, 2, 9],
        small=[0, 2, 1, -7],
        real=[0.5, -1.0, 2.0, 3.25],
        other=[0.5, 2.0, 2.0, 1.0],
        word=["a", "it's", "ü", "four"],
        flag=[True, False, True, True],
    ),
    "nulls and NaN": _table(
        day=[None, DAY, None, DAY],
        whole=[None, 1, 1, None],
        small=[1, None, 1, None],
        real=[NAN, None, 0.5, 0.5],
        other=[NAN, 1.0, None, 0.5],
        word=[None, "a", "a", ""],
        flag=[None, True, None, False],
    ),
    "infinite": _table(real=[INF, -INF, 1.0, NAN], other=[INF, 1.0, -INF, 1.0], whole=[2**53, -(2**53), 0, 0]),
    "NaN without nulls": _table(real=[NAN, 1.0, 2.0], other=[0.5, 0.5, NAN], whole=[1, 1, 2], small=[1, 2, 3]),
    "far from zero": _table(
        real=[1e9, 1e9 + 1, 1e9 + 3, 1e9 + 3], other=[1e200, -1e200, 3.0, None], whole=[7, 7, 7, 8]
    ),
    "all null": _table(word=[None, None]),
    "one row": _table(real=[2.0], whole=[2], small=[2], word=["a"], flag=[True], day=[DAY], other=[2.0]),
    "no rows": _table(),
    "duplicates": _table(word=["a"] * 5, whole=[3] * 5, real=[0.0, -0.0, 0.0, 1.0, 1.0], at=[AT] * 5, flag=[True] * 5),
}


@st.composite
def _tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 12))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(st.none() | values, min_size=rows, max_size=rows))

    small = st.integers(-3, 3)
    reals = small.map(float) | st.floats(-5, 5, allow_subnormal=False) | st.sampled_from([NAN, 1e300])
    return _table(
        at=[AT + timedelta(days=days) for days in draw(st.lists(small, min_size=rows, max_size=rows))],
        day=column(small.map(lambda days: DAY + timedelta(days=days))),
        whole=column(small | st.integers(-(2**53), 2**53)),
        small=column(small),
        real=column(reals),
        other=column(reals),
        word=column(st.text("ab'ü😀 ", max_size=4)),
        flag=column(st.booleans()),
    )


def _both(window: Window, cases: list[Case]) -> Iterator[tuple[Case, Any, Any]]:
    """Each answered case with our result and Great Expectations'."""
    expectations = [_expectation(case) for case in cases]
    asked = [answer(Question(expectation=e, kinds=window.kinds, schema=window.schema)) for e in expectations]
    frame = window.table(list(window.kinds)).to_pandas()
    theirs = ask_gx([_expectation(case) for case in cases], frame)
    for case, expectation, metrics, their in zip(cases, expectations, measure(window, asked), theirs, strict=True):
        if metrics is not None:
            yield case, judge(expectation, metrics), their


def _facts(result: ExpectationValidationResult) -> dict[str, Any]:
    found = dict(result.result or {})
    found.pop("details", None)
    facts = {key: value for key, value in found.items() if not key.startswith("partial_")}
    if facts.get("observed_value") is pd.NaT:
        facts["observed_value"] = None
    return facts


def _assert_same(case: Case, ours: ExpectationValidationResult, theirs: ExpectationValidationResult) -> None:
    raised = (theirs.exception_info or {}).get("raised_exception")
    assert not raised, (case, theirs.exception_info)
    assert ours.success == theirs.success, (case, ours, theirs)
    mine, their = _facts(ours), _facts(theirs)
    assert set(mine) == set(their), case
    for key, value in their.items():
        number = isinstance(value, float) and isinstance(mine[key], float | int)
        same = mine[key] == (pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True) if number else value)
        assert same, (case, key, mine[key], value)


@contextmanager
def _opened(stored: Stored, table: pa.Table) -> Iterator[Window]:
    store = MemoryStore()
    with open_window(stored(store, [table]), store) as opened:
        yield opened


@pytest.mark.parametrize("name", TABLES)
def test_same_as_great_expectations(name: str, stored: Stored) -> None:
    # Great Expectations takes 20 ms a case: each table gets a fifth of them, and each case one or two tables.
    cases = CASES[list(TABLES).index(name) % 5 :: 5]
    with _opened(stored, TABLES[name]) as window:
        pairs = list(_both(window, cases))
    assert len(pairs) == len(cases)
    for pair in pairs:
        _assert_same(*pair)


@given(cases=st.lists(st.sampled_from(CASES), min_size=4, max_size=8), table=_tables())
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_same_on_any_table(cases: list[Case], table: pa.Table, stored: Stored) -> None:
    with _opened(stored, table) as window:
        for found in _both(window, cases):
            _assert_same(*found)


@pytest.mark.parametrize("name", ["plain", "nulls and NaN", "infinite", "duplicates"])
@pytest.mark.parametrize("columns", [["real"], ["word", "whole"], ["real", "flag"]], ids=" ".join)
def test_repeated_rows_are_counted_alike_in_any_number_of_passes(name: str, columns: list[str], stored: Stored) -> None:
    repeated = Repeated(columns=tuple(columns), kept="real IS NOT NULL")
    with _opened(stored, TABLES[name]) as window:
        counts = [repeated.count(window.connection, passes) for passes in (1, 2, 7)]
        numbers = replace(repeated, numbers=True)
        sorted_ = [numbers.count(window.connection, passes) for passes in (1, 2, 7)] if columns == ["real"] else counts
    assert counts + sorted_ == [counts[0]] * 6


def test_every_answer_has_cases() -> None:
    assert {name for name, _ in CASES} == set(ANSWERS)


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("expect_column_values_to_be_between", {"column": "word", "min_value": 1}),
        ("expect_column_values_to_be_between", {"column": "whole", "min_value": 2, "max_value": 1}),
        ("expect_column_values_to_be_in_set", {"column": "whole", "value_set": ["1"]}),
        ("expect_column_values_to_be_in_set", {"column": "whole", "value_set": [True]}),
        ("expect_column_values_to_be_in_set", {"column": "whole", "value_set": [2**60]}),
        ("expect_column_values_to_be_in_set", {"column": "word", "value_set": ["a", None]}),
        ("expect_column_mean_to_be_between", {"column": "word", "min_value": 1}),
        ("expect_column_max_to_be_between", {"column": "word", "max_value": "2013-01-01"}),
        ("expect_column_value_lengths_to_equal", {"column": "whole", "value": 1}),
        ("expect_column_pair_values_to_be_equal", {"column_A": "word", "column_B": "whole"}),
        ("expect_column_values_to_match_regex", {"column": "word", "regex": "a"}),
    ],
)
def test_what_sql_cannot_promise_is_left_to_great_expectations(
    name: str, kwargs: dict[str, Any], stored: Stored
) -> None:
    with _opened(stored, TABLES["plain"]) as window:
        asked = Question(expectation=_expectation((name, kwargs)), kinds=window.kinds, schema=window.schema)
        assert answer(asked) is None


@pytest.mark.parametrize(
    "values",
    [[1e9, 1e9 + 1, 1e9 + 3], [0.1] * 9, [0.0, 0.0], [1e-200, 3e-200], [-3.0, 2.5, 9.0, NAN, None], [4.0], [None]],
    ids=["far from zero", "constant", "zeros", "tiny", "near zero", "one value", "no value"],
)
def test_a_standard_deviation_from_sums_is_asked_again_where_it_would_lose_digits(
    values: list[float | None], stored: Stored
) -> None:
    column = pd.Series(values, dtype=float)
    with _opened(stored, _table(real=values)) as window:
        (found,) = measure(window, [{"stddev": spread('"real"', "float"), "mean": Sql(sql=mean('"real"'))}])
    assert found is not None
    for name, value in (("stddev", column.std()), ("mean", column.mean())):
        ours = math.nan if found[name] is None else found[name]
        assert ours == pytest.approx(value, rel=1e-9, nan_ok=True), name
