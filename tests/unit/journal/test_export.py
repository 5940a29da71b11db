"""What auditors get."""

import csv
import json

from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL

from evergreen.core.digest import sha256
from evergreen.journal.entry import Draft, key_of
from evergreen.journal.export import COLUMNS, export
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Trust
from evergreen.stores.memory import MemoryStore


def test_json_lines_are_the_stored_bytes(trust: Trust) -> None:
    journal = Journal(MemoryStore(), MODEL, trust)
    whole_life(journal)
    lines = list(export(journal.entries(), "jsonl"))
    assert [line.encode() for line in lines] == [
        journal.store.get(key_of(MODEL, number)) for number in range(1, len(lines) + 1)
    ]
    assert json.loads(lines[1])["previous"] == sha256(lines[0].encode())


def test_the_table_says_the_same(trust: Trust) -> None:
    journal = Journal(MemoryStore(), MODEL, trust)
    whole_life(journal)
    rows = list(csv.DictReader(export(journal.entries(), "csv")))
    assert tuple(rows[0]) == COLUMNS
    for entry, row in zip(journal.entries(), rows, strict=True):
        assert (row["sequence"], row["kind"], row["digest"]) == (str(entry.sequence), entry.kind, entry.digest)
        assert row["signed_by"] == (entry.signed_by or "")
        assert json.loads(row["body"]) == entry.body
    summary = next(row["summary"] for row in rows if row["kind"] == "promotion")
    assert summary.startswith("version 1 is champion")


def test_nothing_in_the_table_is_a_formula() -> None:
    journal = Journal(MemoryStore(), MODEL)
    journal.record(Draft(kind="note", key="@key", actor='=HYPERLINK("http://x")', body={}))
    (row,) = csv.DictReader(export(journal.entries(), "csv"))
    assert (row["actor"], row["key"], row["summary"]) == ('\'=HYPERLINK("http://x")', "'@key", "")
