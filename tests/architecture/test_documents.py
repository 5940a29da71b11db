"""Decision records have one form and stand in the index."""

import re
from pathlib import Path

import pytest

from .source import ROOT

RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
SECTIONS = ["## Context", "## Decision", "## Consequences", "## A change violates this when it"]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_number_and_its_sections(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:3]}: ")
    assert [line for line in text.splitlines() if line.startswith("## ")] == SECTIONS


def test_numbers_are_given_once() -> None:
    numbers = [path.name[:3] for path in RECORDS]
    assert sorted(set(numbers)) == numbers


def test_the_index_lists_every_record_by_its_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", index, re.MULTILINE)
    assert listed == [
        (path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), path.name) for path in RECORDS
    ]
