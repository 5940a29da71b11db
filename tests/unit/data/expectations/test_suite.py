from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from evergreen.core.errors import SpecError
from evergreen.data.expectations.suite import read_suite

HEAD = "version: 1\nexpectations:\n"
MOMENTS = {"as_of": datetime(2013, 3, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nexpectations: [", r"line 2: not YAML"),
        ("- 1", r"line 1: the file: expected a mapping"),
        ("version: 2\nexpectations: []", r"line 1: version: expected 1"),
        ("version: 1\nexpectations: []", r"line 2: expectations: expected a list"),
        ("version: 1\nexpectatoins: [{}]", r"line 2: expectatoins: .*did you mean 'expectations'"),
        (HEAD + "  - kwargs: {}", r"line 3: type: missing"),
        (HEAD + "  - type: expect_column_value_to_be_null", r"line 3: type: .*did you mean 'expect_column_values_to_be_null'"),
        (HEAD + "  - type: expect_column_to_exist\n    kwargs:\n      colum: a", r"line 5: colum: .*did you mean 'column'"),
        (HEAD + "  - type: expect_column_to_exist\n    severity: critcal", r"line 4: severity: .*did you mean 'critical'"),
        (HEAD + "  - type: expect_column_to_exist\n    severty: warning", r"line 4: severty: .*did you mean 'severity'"),
        ("version: 1\nversion: 1\nexpectations: [{}]", r"line 2: version: given twice"),
        (
            "version: 1\ncompare_with_previous: {mean_shif: 1}\nexpectations: [{type: expect_column_to_exist, kwargs: {column: a}}]",
            r"line 2: compare_with_previous.mean_shif: .*did you mean 'mean_shift'",
        ),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "expectations.yaml"
    path.write_text(text)
    with pytest.raises(SpecError, match=rf"expectations\.yaml, {said}"):
        read_suite(path)


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ("{column: a}", "cannot both be None"),
        ("{column: a, min_value: 1, mostly: 2}", "mostly"),
        ('{column: a, min_value: "{asof-1d}"}', "did you mean 'as_of'"),
        ('{column: a, min_value: "{as_of-1x}"}', "is no duration"),
        ("{column: a, min_value: {as_of-1d}}", "stands in quotes"),
        ("{column: at, min_value: 5}", "is a time"),
    ],
)
def test_bad_arguments_are_refused_with_their_line(kwargs: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "expectations.yaml"
    path.write_text(HEAD + f"  - type: expect_column_values_to_be_between\n    kwargs: {kwargs}\n")
    with pytest.raises(SpecError, match=f"line 3: .*{said}"):
        read_suite(path).expectations(MOMENTS, {"a": "float", "at": "moment_utc"})


@pytest.mark.parametrize(
    ("kind", "bound", "expected"),
    [
        ("moment_utc", '"{as_of-1d}"', pd.Timestamp("2013-02-28", tz="UTC")),
        ("moment", '"{as_of+6h}"', pd.Timestamp("2013-03-01T06:00:00")),
        ("moment_utc", "2013-01-05", pd.Timestamp("2013-01-05", tz="UTC")),
        ("moment", "2013-01-05T02:00:00+02:00", pd.Timestamp("2013-01-05")),
    ],
)
def test_a_bound_of_a_time_column_is_a_time_like_its_values(
    kind: str, bound: str, expected: pd.Timestamp, tmp_path: Path
) -> None:
    path = tmp_path / "expectations.yaml"
    path.write_text(
        HEAD + f"  - type: expect_column_max_to_be_between\n    kwargs: {{column: at, min_value: {bound}}}\n"
    )
    (expectation,) = read_suite(path).expectations(MOMENTS, {"at": kind})
    assert expectation.configuration.kwargs["min_value"] == expected


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="evergreen propose"):
        read_suite(tmp_path / "expectations.yaml")


def test_the_example_model_reads() -> None:
    suite = read_suite(Path(__file__).parents[4] / "models" / "flight_delays" / "expectations.yaml")
    assert 25 <= len(suite.entries) <= 40
