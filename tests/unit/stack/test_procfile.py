from pathlib import Path

import pytest

from evergreen.core.errors import RunError
from evergreen.stack.procfile import parse, read

PROJECT = Path(__file__).resolve().parents[3]


def test_comments_and_empty_lines_are_passed_over() -> None:
    assert parse("# first\n\none: a b\ntwo-b:  c: d\n") == {"one": "a b", "two-b": "c: d"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one: a\nwhat\n", "line 2: expected `name: command`"),
        ("one:\n", "line 1: expected `name: command`"),
        ("one: a\none: b\n", "line 2: there is a component one already"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(text: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        parse(text)


def test_the_project_runs_these_components() -> None:
    expected = ["postgres", "s3", "mlflow", "api-server", "scheduler", "dag-processor", "triggerer"]
    assert list(read(PROJECT)) == expected
