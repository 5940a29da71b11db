from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from evergreen.core.errors import IntegrityError, SpecError
from evergreen.data.propose import propose
from evergreen.data.validate import validate
from evergreen.records.snapshot import Snapshot
from evergreen.records.validation import ExpectationOutcome, ValidationReport
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore

Stored = Callable[..., Snapshot]
AT = datetime(2013, 6, 1, tzinfo=UTC)
SPEC = ModelSpec.model_validate(
    {
        "version": 1,
        "name": "flights",
        "owner": {"name": "Ops", "email": "ops@example.com"},
        "purpose": "Warns passengers of late flights.",
        "task": "binary",
        "source": {"kind": "objects"},
        "columns": {
            "event_time": "at",
            "keys": ["id"],
            "label": {"column": "late", "positive": 1},
            "features": {"numeric": ["temp"], "categorical": ["carrier"]},
        },
        "training": {"window": {"kind": "expanding", "start": datetime(2013, 1, 1, tzinfo=UTC)}},
        "gates": [{"rule": "better_than_baseline", "metric": "roc_auc"}],
    }
)


def _flights(rows: int = 40, **columns: list[Any]) -> pa.Table:
    given = {
        "id": list(range(rows)),
        "at": [AT + timedelta(hours=i) for i in range(rows)],
        "late": [i % 2 for i in range(rows)],
        "temp": [50.0 + i % 7 for i in range(rows)],
        "carrier": [["UA", "B6", "Ödön's"][i % 3] for i in range(rows)],
    } | columns
    types = {"id": pa.int64(), "at": pa.timestamp("us", tz="UTC"), "late": pa.int8(), "temp": pa.float64()}
    return pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in given.items()})


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def check(store: MemoryStore, stored: Stored, tmp_path: Path) -> Callable[..., ValidationReport]:
    """Validate tables against expectations given as ``(type, kwargs[, severity])``."""

    def run(
        tables: list[pa.Table], *expected: tuple[Any, ...], previous: ValidationReport | None = None, **snap: Any
    ) -> ValidationReport:
        entries = [
            {"type": name, "kwargs": kwargs, "severity": severity[0] if severity else "critical"}
            for name, kwargs, *severity in expected
        ]
        path = tmp_path / "expectations.yaml"
        path.write_text(yaml.safe_dump({"version": 1, "expectations": entries}))
        return validate(SPEC, stored(store, tables, **snap), previous, path, store)

    return run


Check = Callable[..., ValidationReport]
NOT_NULL = ("expect_column_values_to_not_be_null", {"column": "temp"})
WARM = ("expect_column_values_to_be_between", {"column": "temp", "min_value": 55})


def _only(report: ValidationReport) -> ExpectationOutcome:
    assert len(report.outcomes) == 1
    return report.outcomes[0]


def test_a_report_and_a_page_are_stored(check: Check, store: MemoryStore) -> None:
    report = check([_flights(20), _flights(20, id=list(range(20, 40)))], NOT_NULL)
    assert report.passed
    assert report.rows == 40
    assert ValidationReport.from_json(store.get(report.report_key)) == report
    page = store.get(report.docs_key).decode()
    assert "temp" in page
    assert "http" not in page


def test_a_warning_is_carried_on_and_a_critical_failure_is_not(check: Check) -> None:
    assert check([_flights()], (*WARM, "warning")).passed
    report = check([_flights()], WARM, NOT_NULL)
    assert not report.passed
    assert [o.expectation for o in report.failures] == [WARM[0]]
    assert report.failures[0].sentence == "temp: values to be between (min_value 55.0): 30 of 40 unexpected (75.00%)."


def test_rows_outside_of_the_window_count_for_nothing(check: Check) -> None:
    early = _flights(2, id=[98, 99], at=[datetime(2012, 1, 1, tzinfo=UTC), None])
    report = check([_flights(), early], ("expect_table_row_count_to_equal", {"value": 40}), rows=40)
    assert report.passed


def test_freshness_derives_from_as_of(check: Check) -> None:
    asked = "expect_column_max_to_be_between"
    assert not check([_flights()], (asked, {"column": "at", "min_value": "{as_of-40d}"})).passed
    assert check([_flights()], (asked, {"column": "at", "min_value": "{as_of-300d}", "max_value": "{as_of}"})).passed


def test_what_sql_does_not_answer_is_asked_of_great_expectations(check: Check) -> None:
    report = check(
        [_flights()],
        ("expect_column_values_to_match_regex", {"column": "carrier", "regex": "^[A-Z]"}),
        NOT_NULL,
        ("expect_column_quantile_values_to_be_between", {"column": "temp", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[50, 57]]}}),
    )  # fmt: skip
    assert [o.engine for o in report.outcomes] == ["gx", "duckdb", "gx"]
    assert report.outcomes[0].unexpected_count == 13
    assert report.outcomes[2].success


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("expect_column_mean_to_be_between", {"column": "carrier", "min_value": 1}),
        ("expect_column_values_to_be_between", {"column": "carrier", "min_value": 1}),
        ("expect_column_values_to_not_be_null", {"column": "gone"}),
    ],
)
def test_what_cannot_be_judged_has_failed(name: str, kwargs: dict[str, Any], check: Check) -> None:
    schema = ("expect_column_to_exist", {"column": "gone"}, "warning")
    outcome = check([_flights()], (name, kwargs), schema).outcomes[0]
    assert not outcome.success
    assert outcome.severity == "critical"
    assert "could not be judged" in outcome.sentence


def test_an_absent_column_of_the_model_is_a_failure_and_not_an_error(check: Check) -> None:
    outcome = _only(check([_flights().drop_columns(["temp"])], NOT_NULL))
    assert not outcome.success
    assert "no column 'temp' in the data" in outcome.sentence


@pytest.mark.parametrize("tables", [[], [_flights(0)]], ids=["no parts", "no rows"])
def test_an_empty_window_is_judged(tables: list[pa.Table], check: Check) -> None:
    report = check(
        tables,
        ("expect_table_row_count_to_be_between", {"min_value": 1}),
        ("expect_column_max_to_be_between", {"column": "at", "min_value": "{as_of-1d}"}),
        ("expect_column_values_to_not_be_null", {"column": "id"}),
    )
    assert [o.success for o in report.outcomes] == [False, False, True]
    assert report.outcomes[2].sentence.endswith("no rows.")


def test_infinite_values_are_judged_and_recorded(check: Check) -> None:
    table = _flights(4, temp=[1.0, float("inf"), float("nan"), float("-inf")])
    report = check(
        [table],
        ("expect_column_values_to_be_between", {"column": "temp", "min_value": 0, "max_value": 10}),
        ("expect_column_max_to_be_between", {"column": "temp", "max_value": 10}),
        ("expect_column_stdev_to_be_between", {"column": "temp", "max_value": 10}),
    )
    assert [o.success for o in report.outcomes] == [False, False, False]
    assert report.outcomes[0].unexpected_count == 2
    assert report.outcomes[1].observed == "inf"
    assert {s.column: s.mean for s in report.statistics}["temp"] is None


def test_no_value_of_a_row_is_reported(check: Check, store: MemoryStore) -> None:
    secret = "Jane Roe"
    report = check(
        [_flights(2, carrier=[secret, secret])],
        ("expect_column_values_to_be_in_set", {"column": "carrier", "value_set": ["UA"]}),
        ("expect_column_distinct_values_to_be_in_set", {"column": "carrier", "value_set": ["UA"]}),
        ("expect_column_most_common_value_to_be_in_set", {"column": "carrier", "value_set": ["UA"]}),
        ("expect_column_values_to_match_regex", {"column": "carrier", "regex": "^$"}),
    )
    assert not any(o.success for o in report.outcomes)
    assert secret not in report.to_json().decode()
    assert secret not in store.get(report.docs_key).decode()


def test_a_part_that_is_no_parquet_file_is_named(store: MemoryStore, stored: Stored, tmp_path: Path) -> None:
    snapshot = stored(store, [_flights()])
    store.put(snapshot.parts[0].key, b"PAR1 truncated")
    (tmp_path / "expectations.yaml").write_text(
        "{version: 1, expectations: [{type: expect_column_to_exist, kwargs: {column: id}}]}"
    )
    with pytest.raises(IntegrityError, match=r"flights: a part of snapshot .* cannot be read"):
        validate(SPEC, snapshot, None, tmp_path / "expectations.yaml", store)


def test_other_rows_than_the_manifest_says_are_refused(check: Check) -> None:
    with pytest.raises(IntegrityError, match=r"hold 40 rows .* manifest says 41"):
        check([_flights()], NOT_NULL, rows=41)


def test_a_shift_against_the_previous_snapshot_is_a_warning(check: Check) -> None:
    before = check([_flights()], NOT_NULL)
    moved = _flights(10, temp=[90.0 + i for i in range(9)] + [None], carrier=["UA"] * 10)
    report = check([moved], (*NOT_NULL, "warning"), previous=before)
    said = " ".join(o.sentence for o in report.outcomes if o.engine == "previous" and not o.success)
    assert report.passed
    for part in (
        "10 rows after 40",
        "temp: the mean moved by +",
        "nulls went from 0.0% to 10.0%",
        "1 categories after 3",
    ):
        assert part in said


def test_an_unchanged_snapshot_is_like_the_previous_one(check: Check) -> None:
    report = check([_flights()], NOT_NULL, previous=check([_flights()], NOT_NULL))
    assert all(o.success for o in report.outcomes)


def test_a_suite_that_names_an_unknown_column_is_refused(check: Check) -> None:
    with pytest.raises(SpecError, match=r"line \d+: .* no column 'tmp'; did you mean 'temp'"):
        check([_flights()], ("expect_column_values_to_not_be_null", {"column": "tmp"}))


@pytest.mark.parametrize(
    "table",
    [
        _flights(),
        _flights(0),
        _flights(3, temp=[None, None, None]),
        _flights(4, temp=[float("inf"), 1.0, None, float("nan")], late=[None, 1, 0, 1]),
        _flights(2, temp=[1e15, 1e15 + 1], id=[7, 7]),
    ],
    ids=["plain", "no rows", "all null", "infinite", "duplicates"],
)
def test_a_proposed_suite_passes_on_its_data(
    table: pa.Table, store: MemoryStore, stored: Stored, tmp_path: Path
) -> None:
    snapshot, path = stored(store, [table]), tmp_path / "expectations.yaml"
    path.write_text(propose(SPEC, snapshot, store), encoding="utf-8")
    report = validate(SPEC, snapshot, None, path, store)
    assert [o.sentence for o in report.outcomes if not o.success] == []
    assert {o.engine for o in report.outcomes} == {"duckdb"}
