"""The walk along the chain finds what was done to it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.story import MODEL, Story, note

from evergreen.core.digest import canonical
from evergreen.journal.entry import Entry, folder_of, key_of
from evergreen.journal.journal import Journal
from evergreen.journal.verify import verify
from evergreen.stores.memory import MemoryStore

LENGTH = 8


def _chain() -> MemoryStore:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    for number in range(1, LENGTH + 1):
        journal.record(note(str(number)))
    return store


def _bytes(store: MemoryStore, sequence: int) -> bytes:
    return store.get(key_of(MODEL, sequence))


def _forge(store: MemoryStore, sequence: int, **changes: object) -> None:
    """Replace an entry by a well-formed one that says something else."""
    entry = Entry.from_json(_bytes(store, sequence))
    store.put(key_of(MODEL, sequence), replace(entry, **changes).to_json())  # type: ignore[arg-type]


def test_a_sound_chain() -> None:
    result = verify(_chain(), MODEL)
    assert (result.entries, result.fault) == (LENGTH, None)
    assert result.sentence.startswith("small: 8 entries")
    assert verify(MemoryStore(), MODEL).entries == 0


@given(st.integers(1, LENGTH - 1), st.sampled_from(["actor", "key", "uuid", "previous"]))
def test_an_altered_entry_is_named(sequence: int, name: str) -> None:
    store = _chain()
    _forge(store, sequence, **{name: "forged"})
    fault = verify(store, MODEL).fault
    assert fault is not None
    # An alteration of the entry before the head could as well be one of the head: then the head is named.
    assert fault.sequence == sequence if sequence < LENGTH - 1 or name == "previous" else sequence + 1


@given(st.integers(1, LENGTH), st.data())
def test_a_changed_byte_is_found(sequence: int, data: st.DataObject) -> None:
    store = _chain()
    content = bytearray(_bytes(store, sequence))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    store.put(key_of(MODEL, sequence), bytes(content))
    fault = verify(store, MODEL).fault
    head_still_reads = sequence == LENGTH and _is_entry(bytes(content))
    assert head_still_reads or (fault is not None and fault.sequence in (sequence, sequence + 1))


def _is_entry(content: bytes) -> bool:
    try:
        return canonical(json.loads(content)) == content
    except ValueError:
        return False


@given(st.integers(1, LENGTH - 1))
def test_a_deleted_entry_is_named(sequence: int) -> None:
    store = _chain()
    store.delete(key_of(MODEL, sequence))
    result = verify(store, MODEL)
    assert result.fault is not None
    assert (result.fault.sequence, result.entries) == (sequence, sequence - 1)
    assert "missing" in result.sentence


@given(st.permutations(range(1, LENGTH + 1)))
def test_reordered_entries_are_found(order: list[int]) -> None:
    store, contents = _chain(), [_bytes(_chain_of_all, n) for n in order]
    for place, content in enumerate(contents, start=1):
        store.put(key_of(MODEL, place), content)
    fault = verify(store, MODEL).fault
    moved = [place for place, number in enumerate(order, start=1) if place != number]
    assert (fault.sequence if fault else None) == (moved[0] if moved else None)


_chain_of_all = _chain()


@given(st.permutations(range(1, LENGTH + 1)))
def test_renumbered_entries_are_found(order: list[int]) -> None:
    store = _chain()
    for place, number in enumerate(order, start=1):
        entry = Entry.from_json(_bytes(_chain_of_all, number))
        store.put(key_of(MODEL, place), replace(entry, sequence=place).to_json())
    assert (verify(store, MODEL).fault is None) == (list(order) == list(range(1, LENGTH + 1)))


def test_a_stranger_in_the_folder_is_found() -> None:
    store = _chain()
    store.put(f"{folder_of(MODEL)}notes.txt", b"hello")
    fault = verify(store, MODEL).fault
    assert fault is not None
    assert "notes.txt" in fault.reason


def test_the_same_decision_twice_is_found() -> None:
    store = _chain()
    head = Entry.from_json(_bytes(store, LENGTH))
    twice = replace(head, sequence=LENGTH + 1, uuid="other", previous=head.digest)
    store.put(key_of(MODEL, LENGTH + 1), twice.to_json())
    fault = verify(store, MODEL).fault
    assert fault is not None
    assert fault.sequence == LENGTH + 1
    assert "entry 8 has decided" in fault.reason


@pytest.mark.parametrize("missing", ["release", "approval", "champion"])
def test_a_promotion_against_the_rules_is_found_though_its_chain_is_sound(missing: str) -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    Story(1).win(journal)
    story = Story(2) if missing == "champion" else Story(2, against=1)
    story.judge(journal)
    head = Entry.from_json(store.get(key_of(MODEL, journal.state().sequence)))
    forged = replace(
        head,
        sequence=head.sequence + 1,
        kind="promotion",
        key="promotion/forged",
        body=story.promotion.to_dict(),
        previous=head.digest,
    )
    store.create(key_of(MODEL, forged.sequence), forged.to_json())
    fault = verify(store, MODEL).fault
    assert fault is not None
    assert fault.sequence == forged.sequence
    assert "cannot become champion" in fault.reason
