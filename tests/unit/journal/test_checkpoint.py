"""Checkpoints save reading, and are believed only when they are signed."""

import json
from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL, note

from evergreen.core.errors import AccessDenied, IntegrityError, OutageError, Refused
from evergreen.journal import checkpoint, journal
from evergreen.journal.checkpoint import Checkpoint, folder_of, key_of, read_checkpoint, write_checkpoint
from evergreen.journal.entry import key_of as entry_key
from evergreen.journal.fold import Fold
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Keyring, Signer, Trust
from evergreen.journal.state import State
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo


class CountingStore(MemoryStore):
    """Counts the entries that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def get_version(self, key: str, version: str) -> bytes:
        self.read += 1
        return super().get_version(key, version)


@pytest.fixture
def store(trust: Trust) -> CountingStore:
    """A journal of 20 entries with a checkpoint of the tenth."""
    store = CountingStore()
    writer = Journal(store, MODEL, trust)
    for number in range(20):
        if number == 10:
            writer.checkpoint()
        writer.record(note(str(number)))
    return store


def _signer(trust: Trust) -> Signer:
    assert trust.signer is not None
    return trust.signer


LIFE = MemoryStore()
whole_life(Journal(LIFE, MODEL))
LENGTH = Journal(LIFE, MODEL).state().sequence


def test_every_field_of_a_state_is_filled_at_the_end_of_a_whole_life() -> None:
    """So that the next test speaks of all of them: whoever adds a field lets `whole_life` fill it."""
    state = Journal(LIFE, MODEL).state()
    empty = []
    for field in fields(State):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if getattr(state, field.name) == default:
            empty.append(field.name)
    assert empty == []


@given(st.integers(1, LENGTH - 1))
def test_a_fold_that_begins_at_a_checkpoint_ends_like_one_that_reads_all(cut: int) -> None:
    begun, whole = Fold(MODEL), Fold(MODEL)
    for entry in Journal(LIFE, MODEL).entries():
        whole.add(entry, entry.digest)
        if entry.sequence == cut + 1:
            stored = Checkpoint(layout="x", state=begun.state()).to_json()
            begun = Fold(MODEL, Checkpoint.from_json(stored).state)
        begun.add(entry, entry.digest)
        assert begun.state() == whole.state()


def test_a_reader_begins_at_the_checkpoint(store: CountingStore, trust: Trust) -> None:
    store.read = 0
    state = Journal(store, MODEL, trust).state()
    assert store.read == 1 + 10  # the entry that the checkpoint vouches for, and those behind it
    assert state == Journal(store, MODEL).state()


def test_without_known_keys_no_checkpoint_is_believed(store: CountingStore) -> None:
    store.read = 0
    Journal(store, MODEL).state()
    assert store.read == 20


@pytest.mark.parametrize("damage", ["forged", "another key", "a byte", "no signature", "another place", "empty"])
def test_a_checkpoint_that_is_not_trusted_is_passed_over_and_reported(
    store: CountingStore, trust: Trust, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    key, data = key_of(MODEL, 10), store.get(key_of(MODEL, 10))
    forged = replace(Journal(store, MODEL).state(), sequence=19, keys={})
    match damage:
        case "forged":
            key = key_of(MODEL, 19)
            store.put(
                key, data.split(b"\n")[0] + b"\n" + Checkpoint(layout=checkpoint.layout(), state=forged).to_json()
            )
        case "another key":
            key = write_checkpoint(store, forged, Signer(Ed25519PrivateKey.generate()))
        case "a byte":
            store.put(key, data.replace(b'"sequence":10', b'"sequence":11'))
        case "no signature":
            store.put(key, data.split(b"\n")[1])
        case "another place":
            key = key_of(MODEL, 15)
            store.put(key, data)
        case "empty":
            store.put(key, b"")
    reader = Journal(store, MODEL, trust)
    assert reader.state() == Journal(store, MODEL).state()
    assert [finding.key for finding in reader.findings] == [key]
    assert f"{key}: a checkpoint that is not trusted" in caplog.text


def test_a_checkpoint_of_another_release_is_passed_over(
    store: CountingStore, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "layout", lambda: "newer")
    reader = Journal(store, MODEL, trust)
    store.read = 0
    reader.state()
    assert (store.read, reader.findings) == (20, ())


def test_the_layout_changes_with_what_the_fold_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    before = checkpoint.layout()
    checkpoint.layout.cache_clear()
    monkeypatch.setattr(Fold, "kinds", ["something new"])
    assert checkpoint.layout() != before
    checkpoint.layout.cache_clear()


@pytest.mark.parametrize("damage", ["cut", "replaced"])
def test_an_entry_that_a_checkpoint_vouches_for_must_be_there(store: CountingStore, trust: Trust, damage: str) -> None:
    for sequence in range(10, 21):
        store.delete(entry_key(MODEL, sequence))
    if damage == "replaced":
        Journal(store, MODEL).record(note("forged"))
    with pytest.raises(IntegrityError, match=r"0010\.json.*a signed checkpoint vouches for, is gone or changed"):
        Journal(store, MODEL, trust).state()


def test_whoever_can_sign_writes_one_in_time_and_old_ones_go(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "EVERY", 5)
    store = MemoryStore()
    for number in range(12):
        Journal(store, MODEL, Trust(keys=trust.keys)).record(note(str(number)))
    assert list(store.list(folder_of(MODEL))) == []
    for number in range(12, 40):
        Journal(store, MODEL, trust).record(note(str(number)))
    assert [info.key for info in store.list(folder_of(MODEL))] == [key_of(MODEL, n) for n in (28, 33, 38)]


def test_a_checkpoint_that_cannot_be_written_fails_nothing(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoCheckpoints(MemoryStore):
        def create(self, key: str, data: bytes, **options: Any) -> ObjectInfo:
            if key.startswith(folder_of(MODEL)):
                raise OutageError("nobody answers")
            return super().create(key, data, **options)

    monkeypatch.setattr(journal, "EVERY", 1)
    assert Journal(NoCheckpoints(), MODEL, trust).record(note("a")).sequence == 1


def test_a_checkpoint_needs_a_key_and_an_entry(trust: Trust) -> None:
    store = MemoryStore()
    with pytest.raises(Refused, match="empty"):
        Journal(store, MODEL, trust).checkpoint()
    Journal(store, MODEL).record(note("a"))
    for other in (None, Trust(keys=trust.keys)):
        with pytest.raises(AccessDenied, match="a checkpoint must be signed"):
            Journal(store, MODEL, other).checkpoint()


def test_two_lines_of_json(store: CountingStore, trust: Trust) -> None:
    head, body = store.get(key_of(MODEL, 10)).split(b"\n")
    assert json.loads(head)["signed_by"] == _signer(trust).name
    assert json.loads(body)["state"]["sequence"] == 10
    assert read_checkpoint(store, MODEL, key_of(MODEL, 10), Keyring([_signer(trust).public])) is not None
