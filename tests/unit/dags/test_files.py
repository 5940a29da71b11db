"""What every DAG file keeps to."""

import ast
from pathlib import Path

import pytest

DAGS = Path(__file__).resolve().parents[3] / "dags"
FILES = sorted(DAGS.glob("*.py"))


def test_there_are_these() -> None:
    assert [f.stem for f in FILES] == [
        "confirm",
        "drift_watch",
        "govern",
        "monitor",
        "release",
        "retrain",
        "rollback",
        "watch",
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_dag_file_wires_and_does_nothing_else(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 40
    imported = {n.module or "" for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= {"airflow", "evergreen_airflow"}
