"""Of each entry the version that was written first counts."""

import pytest
from tests.unit.journal.story import MODEL, note

from evergreen.core.errors import NotFound
from evergreen.journal.entry import folder_of, key_of
from evergreen.journal.journal import Journal
from evergreen.journal.stored import read_first, stored
from evergreen.journal.verify import verify
from evergreen.stores.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore(versioned=True)
    for key in "abc":
        Journal(store, MODEL).record(note(key))
    return store


@pytest.mark.parametrize("sequence", [1, 2, 3])
@pytest.mark.parametrize("damage", ["overwritten", "deleted", "both"])
def test_what_hides_an_entry_is_reported_and_not_believed(
    store: MemoryStore, sequence: int, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = key_of(MODEL, sequence)
    if damage != "deleted":
        store.put(key, b"forged")
    if damage != "overwritten":
        store.delete(key)
    journal = Journal(store, MODEL)
    assert [entry.key for entry in journal.entries()] == ["a", "b", "c"]
    assert journal.record(note("d")).sequence == 4
    assert journal.entry(sequence).key == "abc"[sequence - 1]
    times = f"overwritten {damage != 'deleted':d} and deleted {damage != 'overwritten':d} times"
    assert [finding.key for finding in journal.findings] == [key]
    assert times in journal.findings[0].sentence
    assert caplog.text.count(times) == 1
    result = verify(store, MODEL)
    assert (result.entries, result.fault, result.findings) == (4, None, journal.findings)


def test_a_head_that_was_hidden_while_we_looked_still_counts(store: MemoryStore) -> None:
    journal = Journal(store, MODEL)
    journal.state()
    store.put(key_of(MODEL, 3), b"forged")
    assert journal.state().sequence == 3
    assert len(journal.findings) == 1


def test_an_entry_of_which_no_version_is_left_is_missing(store: MemoryStore) -> None:
    store.erase(key_of(MODEL, 2))
    store.delete(key_of(MODEL, 2))
    store.put(f"{key_of(MODEL, 2)}.bak", b"not this one")
    assert next(stored(store, MODEL)).key == key_of(MODEL, 1)
    with pytest.raises(NotFound, match="no entry 2"):
        read_first(store, MODEL, 2)
    fault = verify(store, MODEL).fault
    assert fault is not None
    assert fault.sequence == 2


def test_only_what_lies_in_the_folder_and_behind_the_number_is_given(store: MemoryStore) -> None:
    store.put("small_too/journal/1.json", b"")
    assert [found.key for found in stored(store, MODEL, after=1)] == [key_of(MODEL, 2), key_of(MODEL, 3)]
    assert all(found.key.startswith(folder_of(MODEL)) for found in stored(store, MODEL))
