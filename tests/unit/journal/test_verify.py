"""The walk along the chain finds what was done to it."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL, Story, note, rollback_of

from evergreen.core.digest import canonical
from evergreen.journal.anchors import anchor
from evergreen.journal.checkpoint import write_checkpoint
from evergreen.journal.entry import SIGNED, Draft, Entry, folder_of, key_of, signed
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Signer, Trust
from evergreen.journal.verify import Verification, verify
from evergreen.stores.anchors import FileAnchors
from evergreen.stores.memory import MemoryStore

LENGTH = 8
LIFE = MemoryStore()
whole_life(Journal(LIFE, MODEL))


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


@pytest.fixture
def life(trust: Trust) -> MemoryStore:
    """A whole life, signed, with a checkpoint in the middle and one at the end."""
    store = MemoryStore()
    journal = Journal(store, MODEL, trust)
    whole_life(journal)
    checkpoint = Journal(store, MODEL, trust)
    checkpoint.checkpoint()
    journal.record(note("one more"))
    return store


def _sequence_of(store: MemoryStore, kind: str) -> int:
    return next(entry.sequence for entry in Journal(store, MODEL).entries() if entry.kind == kind)


@pytest.mark.parametrize("since_checkpoint", [False, True])
def test_a_sound_signed_chain(life: MemoryStore, trust: Trust, since_checkpoint: bool) -> None:
    result = verify(life, MODEL, keys=trust.keys, since_checkpoint=since_checkpoint)
    length = Journal(life, MODEL).state().sequence
    assert (result.entries, result.fault, result.findings, result.signatures) == (length, None, (), True)
    assert result.since == (length - 1 if since_checkpoint else 0)
    assert "signatures hold" in result.sentence
    assert "signatures were not checked" in verify(life, MODEL).sentence
    assert Verification.from_json(result.to_json()) == result


@pytest.mark.parametrize("kind", sorted(SIGNED & {e.kind for e in Journal(LIFE, MODEL).entries()}))
@pytest.mark.parametrize("how", ["unsigned", "by another", "signature of another entry"])
def test_a_decision_without_a_signature_that_counts_is_named(trust: Trust, kind: str, how: str) -> None:
    store = MemoryStore()
    whole_life(Journal(store, MODEL, trust))
    sequence = _sequence_of(store, kind)
    entry = Entry.from_json(_bytes(store, sequence))
    another = Signer(Ed25519PrivateKey.generate())
    forged = {
        "unsigned": replace(entry, signature=None, signed_by=None),
        "by another": signed(entry, MODEL, another),
        "signature of another entry": replace(entry, uuid="0" * 32),
    }[how]
    store.put(key_of(MODEL, sequence), forged.to_json())
    fault = verify(store, MODEL, keys=trust.keys).fault
    assert fault is not None
    assert fault.sequence == sequence
    words = {"unsigned": "not signed", "by another": another.name, "signature of another entry": "over these bytes"}
    assert words[how] in fault.reason


def test_a_chain_written_anew_by_somebody_without_the_key_is_found(trust: Trust) -> None:
    store = MemoryStore()
    whole_life(Journal(store, MODEL))
    fault = verify(store, MODEL, keys=trust.keys).fault
    assert fault is not None
    assert fault.sequence == min(_sequence_of(store, kind) for kind in ("approval", "release"))
    assert "not signed" in fault.reason


@pytest.mark.parametrize("witness", ["anchor", "checkpoint"])
@given(cut=st.integers(1, LENGTH - 1))
def test_a_chain_that_was_cut_at_its_end_is_found_and_named(trust: Trust, witness: str, cut: int) -> None:
    with TemporaryDirectory() as folder:
        store, place = _chain(), FileAnchors(Path(folder) / "heads")
        if witness == "anchor":
            anchor(Journal(store, MODEL), [place])
        else:
            Journal(store, MODEL, trust).checkpoint()
        for sequence in range(cut + 1, LENGTH + 1):
            store.delete(key_of(MODEL, sequence))
        fault = verify(store, MODEL, keys=trust.keys, anchors=[place]).fault
    assert fault is not None
    assert fault.sequence == cut + 1
    assert "cut" in fault.reason
    assert f"entry {LENGTH}" in fault.reason


def test_an_end_that_was_written_anew_is_found(tmp_path: Path) -> None:
    store, place = _chain(), FileAnchors(tmp_path / "heads")
    anchor(Journal(store, MODEL), [place])
    store.delete(key_of(MODEL, LENGTH))
    Journal(store, MODEL).record(note("another end"))
    fault = verify(store, MODEL, anchors=[place]).fault
    assert fault is not None
    assert fault.sequence == LENGTH
    assert str(place) in fault.reason
    assert verify(store, MODEL).fault is None


def test_an_anchor_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    place = FileAnchors(tmp_path / "heads")
    place.note(MODEL, "{}")
    result = verify(_chain(), MODEL, anchors=[place])
    assert [finding.key for finding in result.findings] == [str(place)]


@pytest.mark.parametrize("since_checkpoint", [False, True])
def test_a_forged_checkpoint_is_found_and_not_believed(life: MemoryStore, trust: Trust, since_checkpoint: bool) -> None:
    state = replace(Journal(life, MODEL).state(), champion=None)
    key = write_checkpoint(life, state, Signer(Ed25519PrivateKey.generate()))
    result = verify(life, MODEL, keys=trust.keys, since_checkpoint=since_checkpoint)
    assert [finding.key for finding in result.findings] == [key]
    assert result.fault is None


def test_a_signed_checkpoint_that_says_something_else_than_its_entries_is_found(
    life: MemoryStore, trust: Trust
) -> None:
    assert trust.signer is not None
    key = write_checkpoint(life, replace(Journal(life, MODEL).state(), champion=None), trust.signer)
    result = verify(life, MODEL, keys=trust.keys)
    assert [(finding.key, "than its entries" in finding.reason) for finding in result.findings] == [(key, True)]


@pytest.mark.parametrize("damage", ["deleted", "replaced"])
def test_since_a_checkpoint_the_entry_that_it_vouches_for_must_be_there(
    life: MemoryStore, trust: Trust, damage: str
) -> None:
    sequence = Journal(life, MODEL).state().sequence - 1
    if damage == "deleted":
        life.delete(key_of(MODEL, sequence))
    else:
        _forge(life, sequence, actor="forged")
    fault = verify(life, MODEL, keys=trust.keys, since_checkpoint=True).fault
    assert fault is not None
    assert fault.sequence == sequence


def test_a_rollback_against_the_rules_is_found_though_its_chain_is_sound() -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    Story(1).win(journal)
    forged = Draft(kind="rollback", key="rollback/forged", body=rollback_of(2, taken_back=1).to_dict())
    Story(2, against=1).judge(journal)
    sequence = journal.record(forged).sequence
    fault = verify(store, MODEL).fault
    assert fault is not None
    assert fault.sequence == sequence
    assert "cannot roll back" in fault.reason
