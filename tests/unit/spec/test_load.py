"""Errors of ``model.yaml`` name the line, the key, what was expected and found, and the nearest valid word."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evergreen.core.errors import SpecError
from evergreen.spec.load import Broken, discover, load, load_all
from evergreen.spec.model import ModelSpec

Write = Callable[[str], Path]
ROOT = Path(__file__).parents[3]


def refusal(folder: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(folder)
    return str(caught.value).replace(str(folder), "late")


def test_a_spec_without_fault(write: Write, text: str) -> None:
    spec = load(write(text))
    assert spec.columns.label.delay == timedelta(days=1)
    assert spec.training.window.start == datetime(2013, 1, 1, tzinfo=UTC)
    assert spec.columns.features.names == ("hour", "distance", "carrier")
    assert spec.digest == load(write(text + "# a comment\n")).digest
    assert spec.digest != load(write(text.replace("high: 9", "high: 8"))).digest


@pytest.mark.parametrize(
    "folder", sorted(p.parent for p in (ROOT / "models").glob("*/model.yaml")), ids=lambda p: p.name
)
def test_every_model_of_the_repository_loads(folder: Path) -> None:
    assert load(folder).name == folder.name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "task: binary",
            "task: binry",
            ":5: task: expected 'binary', 'multiclass' or 'regression', found 'binry'; did you mean 'binary'?",
        ),
        ("purpose:", "purpos:", ":4: purpos: unknown key; did you mean 'purpose'?"),
        ("    delay: 1d", "    delya: 1d", ":13: columns.label.delya: unknown key; did you mean 'delay'?"),
        ("    delay: 1d", "    zzz: 1", "unknown key; known here: column, delay, positive, nullable."),
        ("delay: 1d", "delay: one", ":13: columns.label.delay: 'one' is no duration"),
        ("  event_time: departure\n", "", ":8: columns.event_time: this key is missing: expected text."),
        ("  event_time: departure", "  event_time: 3", ":9: columns.event_time: expected text, found 3."),
        ("  event_time: departure", "  event_time: yes", "expected text, found true (text needs quotes)."),
        ("numeric: [hour, distance]", "numeric: hour", ":16: columns.features.numeric: expected a list, found 'hour'."),
        (
            "kind: objects",
            "kind: objets",
            ":7: source.kind: expected 'objects' or 'sql', found 'objets'; did you mean 'objects'?",
        ),
        ("kind: objects", "format: csv", "source.kind: this key is missing: expected 'objects' or 'sql'."),
        (
            "rule: minimum",
            "rule: min",
            ":25: gates.0.rule: expected 'minimum', 'maximum', 'better_than_baseline', ",
        ),
        ("    at_least: 0.6\n", "", ":25: gates.0.at_least: this key is missing: expected a number."),
        (
            "metric: roc_auc",
            "metric: roc",
            ":26: gates.0.metric: 'roc' is no metric of a binary task: expected one of roc_auc,",
        ),
        ("kind: expanding", "kind: sliding", ":19: training.window.length: is missing: kind sliding goes with length."),
        ("default: 3", "default: 30", ":23: training.hyperparameters.depth.default: 30 is above high, 9."),
        (
            "default: 3",
            "default: [3]",
            ":23: training.hyperparameters.depth.default: expected a number, a whole number, text or true or false",
        ),
        (
            "    depth:",
            "    Depth:",
            ":23: training.hyperparameters.Depth: the name of this key: expected text that matches",
        ),
        ("name: late", "name: early", ":2: name: expected the folder's name, 'late', found 'early'."),
        (
            "version: 1",
            "version: 2",
            ":1: version: this release reads specs up to version 1, found 2; upgrade Evergreen.",
        ),
        ("version: 1", "version: true", ":1: version: expected 1, found true"),
        ("version: 1", "version: 1.0", ":1: version: expected 1, found 1.0."),
        ('"0 6 1 * *"', '"0 6 1"', ":30: schedule.expression: has 3 fields, not five"),
        ("operations@example.com", "operations", ":3: owner.email: expected text that matches"),
        ("[flight_id]", "[]", ":10: columns.keys: expected at least 1 item, found a list."),
    ],
)
def test_what_is_said_of_a_fault(write: Write, text: str, old: str, new: str, message: str) -> None:
    assert old in text
    said = refusal(write(text.replace(old, new, 1)))
    assert said.startswith("late/model.yaml:")
    assert message in said


def test_several_faults_are_listed_in_the_order_of_the_file(write: Write, text: str) -> None:
    bent = (
        text.replace("task: binary", "task: none")
        .replace("delay: 1d", "delay: 1")
        .replace("at_least: 0.6", "at_least: x")
    )
    assert [line.split(": ")[1] for line in refusal(write(bent)).splitlines()] == [
        "task",
        "columns.label.delay",
        "gates.0.at_least",
    ]


def test_the_list_of_faults_is_bounded(write: Write, text: str) -> None:
    said = refusal(write(text + "".join(f"unknown{i:03}{'x' * 500}: 1\n" for i in range(100))))
    assert "more faults." in said or said.endswith("…")
    assert len(said) < 2_100


def test_no_folder_stops_the_others(write: Write, text: str, tmp_path: Path) -> None:
    write(text)
    for name in ("empty", "_draft", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").write_text("no folder")
    assert discover(tmp_path) == ("empty", "late")
    broken, spec = load_all(tmp_path)
    assert isinstance(broken, Broken)
    assert isinstance(spec, ModelSpec)
    assert broken.name == "empty"
    assert "there is no such file" in str(broken.error)


def test_a_missing_folder_of_models_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="EVERGREEN_MODELS_DIR"):
        discover(tmp_path / "nowhere")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_said(write: Write, text: str) -> None:
    folder = write(text)
    (folder / "model.yaml").chmod(0)
    assert "cannot be read" in refusal(folder)


@given(line=st.integers(0, 29), junk=st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(write: Write, text: str, line: int, junk: str) -> None:
    lines = text.splitlines()
    lines[line] = lines[line][: len(lines[line]) // 2] + junk.replace("\r", "").replace("\ud800", "")
    folder = write("")
    (folder / "model.yaml").write_bytes("\n".join(lines).encode("utf-8", "replace"))
    try:
        load(folder)
    except SpecError as error:
        assert str(error).startswith(str(folder))  # noqa: PT017 (both outcomes are right)
