"""Heads outside the bucket: what was noted, and what the journal has to bear out."""

from pathlib import Path

import pytest
from tests.unit.journal.story import MODEL, note

from evergreen.core.errors import IntegrityError, Refused
from evergreen.journal.anchors import anchor, heads, witnesses
from evergreen.journal.entry import key_of
from evergreen.journal.journal import Journal
from evergreen.stores.anchors import FileAnchors
from evergreen.stores.memory import MemoryStore


@pytest.fixture
def place(tmp_path: Path) -> FileAnchors:
    return FileAnchors(tmp_path / "heads.jsonl")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for key in "abc":
        Journal(store, MODEL).record(note(key))
    return store


def test_a_head_is_noted_once_in_each_place(store: MemoryStore, place: FileAnchors, tmp_path: Path) -> None:
    other, journal = FileAnchors(tmp_path / "other.jsonl"), Journal(store, MODEL)
    head = anchor(journal, [place, other])
    assert (head.sequence, head.entry) == (3, journal.state().digest)
    anchor(journal, [place, other])
    assert heads(place, MODEL) == heads(other, MODEL) == (head,)
    journal.record(note("d"))
    anchor(journal, [place])
    assert [head.sequence for head in heads(place, MODEL)] == [3, 4]


@pytest.mark.parametrize("damage", ["cut", "written anew"])
def test_a_head_that_the_journal_does_not_bear_out_is_not_written_over(
    store: MemoryStore, place: FileAnchors, damage: str
) -> None:
    noted = anchor(Journal(store, MODEL), [place])
    store.delete(key_of(MODEL, 3))
    if damage == "written anew":
        for key in "xyz":
            Journal(store, MODEL).record(note(key))
    with pytest.raises(IntegrityError, match=r"00003\.json: this entry was noted in the file .* gone or another one"):
        anchor(Journal(store, MODEL), [place])
    assert heads(place, MODEL) == (noted,)


def test_there_must_be_something_to_note_and_a_place_for_it(store: MemoryStore, place: FileAnchors) -> None:
    with pytest.raises(Refused, match="no place"):
        anchor(Journal(store, MODEL), [])
    with pytest.raises(Refused, match="no entry"):
        anchor(Journal(store, "empty"), [place])
    assert place.noted("empty") == ()


def test_what_cannot_be_read_is_reported(store: MemoryStore, place: FileAnchors) -> None:
    anchor(Journal(store, MODEL), [place])
    line = place.noted(MODEL)[0]
    place.note("another", line)
    place.note("broken", "{}")
    for model, words in (("another", "head of 'small'"), ("broken", "Not a Head record")):
        found, strange = witnesses([place], model)
        assert found == []
        assert [finding.key for finding in strange] == [str(place)]
        assert words in strange[0].reason
