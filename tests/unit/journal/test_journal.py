"""Appending and reading."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.journal.story import MODEL, note

from evergreen.core.clock import frozen
from evergreen.core.digest import canonical, sha256
from evergreen.core.errors import AlreadyExists, IntegrityError, NotFound, OutageError, Refused
from evergreen.journal.entry import NOTHING, Draft, key_of
from evergreen.journal.journal import Journal
from evergreen.journal.state import State
from evergreen.journal.verify import verify
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo

MARCH = datetime(2013, 3, 1, 12, 30, tzinfo=UTC)


class CountingStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.gets = 0

    def get_version(self, key: str, version: str) -> bytes:
        self.gets += 1
        return super().get_version(key, version)


class LossyStore(MemoryStore):
    """Does the next write and then fails with ``error``."""

    error: type[AlreadyExists | OutageError] | None = None

    def create(self, key: str, data: bytes, **options: Any) -> ObjectInfo:
        info = super().create(key, data, **options)
        if self.error is not None:
            error, self.error = self.error, None
            raise error("the reply was lost")
        return info


def _refuse(state: State) -> Draft:
    raise Refused(f"not at entry {state.sequence}")


def test_the_format_of_an_entry_stays() -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    with frozen(MARCH):
        journal.record(note("first"))
        journal.record(note("second"))
    first = store.get("small/journal/00000000000000000001.json")
    second = json.loads(store.get("small/journal/00000000000000000002.json"))
    assert second == {
        "schema_version": 1,
        "sequence": 2,
        "uuid": second["uuid"],
        "kind": "note",
        "key": "second",
        "at": "2013-03-01T12:30:00Z",
        "actor": "evergreen",
        "body": {"number": 1.5, "text": "é"},
        "previous": sha256(first),
        "signature": None,
        "signed_by": None,
    }
    assert json.loads(first)["previous"] == NOTHING == "0" * 64
    assert first == canonical(json.loads(first))


def test_an_append_gives_what_is_read_back() -> None:
    journal = Journal(MemoryStore(), MODEL)
    written = journal.record(note("a"))
    assert written == journal.entry(1) == next(journal.entries())
    assert journal.state().sequence == 1
    assert journal.state().digest == written.digest


def test_entries_begin_behind_a_number() -> None:
    journal = Journal(MemoryStore(), MODEL)
    for key in "abc":
        journal.record(note(key))
    assert [entry.key for entry in journal.entries(after=1)] == ["b", "c"]
    assert list(journal.entries(after=3)) == []


def test_models_have_journals_of_their_own() -> None:
    store = MemoryStore()
    Journal(store, "one").record(note("a"))
    assert Journal(store, "one_more").state().sequence == 0
    assert Journal(store, "one").state().sequence == 1


def test_a_key_is_decided_once() -> None:
    store = MemoryStore()
    first = Journal(store, MODEL).record(note("a"))
    assert Journal(store, MODEL).record(note("a", "other")) == first
    assert Journal(store, MODEL).state().sequence == 1


def test_what_is_recorded_is_not_checked_again() -> None:
    journal = Journal(MemoryStore(), MODEL)
    first = journal.record(note("a"))
    assert journal.record(note("a"), _refuse_all) == first
    with pytest.raises(Refused):
        journal.record(note("b"), _refuse_all)


def _refuse_all(state: State) -> None:
    raise Refused(f"not at entry {state.sequence}")


def test_a_refusal_writes_nothing() -> None:
    store = MemoryStore()
    with pytest.raises(Refused, match="entry 0"):
        Journal(store, MODEL).append(_refuse)
    assert list(store.list("")) == []


def test_the_loser_of_a_race_decides_again() -> None:
    store = MemoryStore()
    seen: list[int] = []

    def decide(state: State) -> Draft:
        seen.append(state.sequence)
        if len(seen) < 3:
            Journal(store, MODEL).record(note(f"rival {len(seen)}"))
        return note("mine")

    assert Journal(store, MODEL).append(decide).sequence == 3
    assert seen == [0, 1, 2]


def test_the_loser_of_a_race_may_be_refused_by_the_new_state() -> None:
    store = MemoryStore()

    def decide(state: State) -> Draft:
        if state.sequence:
            raise Refused("too late")
        Journal(store, MODEL).record(note("rival"))
        return note("mine")

    with pytest.raises(Refused, match="too late"):
        Journal(store, MODEL).append(decide)
    assert [entry.key for entry in Journal(store, MODEL).entries()] == ["rival"]


@pytest.mark.parametrize("error", [AlreadyExists, OutageError])
def test_a_lost_reply_is_recognised(error: type[AlreadyExists | OutageError]) -> None:
    store = LossyStore()
    store.error = error

    def decide(state: State) -> Draft:
        if state.sequence:
            raise Refused("whoever comes second")
        return note("a")

    assert Journal(store, MODEL).append(decide).sequence == 1
    assert Journal(store, MODEL).state().sequence == 1


def test_an_outage_before_the_write_is_told() -> None:
    class Down(MemoryStore):
        def create(self, key: str, data: bytes, **options: Any) -> ObjectInfo:
            raise OutageError(f"http://nowhere does not answer: {key} {data!r} {options}")

    with pytest.raises(OutageError, match="nowhere"):
        Journal(Down(), MODEL).record(note("a"))


def test_endless_races_end_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    monkeypatch.setattr("evergreen.journal.journal.ATTEMPTS", 4)

    def decide(state: State) -> Draft:
        Journal(store, MODEL).record(note(f"rival {state.sequence}"))
        return note("mine")

    with pytest.raises(OutageError, match="faster 4 times"):
        Journal(store, MODEL).append(decide)


def test_a_journal_reads_only_what_is_newer() -> None:
    store = CountingStore()
    writer, reader = Journal(store, MODEL), Journal(store, MODEL)
    for number in range(20):
        writer.record(note(str(number)))
    reader.state()
    store.gets = 0
    reader.state()
    assert store.gets == 0
    writer.record(note("newer"))
    store.gets = 0
    assert reader.state().sequence == 21
    assert store.gets == 1


def test_a_state_does_not_change_when_the_journal_grows() -> None:
    journal = Journal(MemoryStore(), MODEL)
    journal.record(note("a"))
    before = journal.state()
    journal.record(note("b"))
    assert (before.sequence, dict(before.keys)) == (1, {"a": 1})


@pytest.mark.parametrize("damage", ["cut", "altered"])
def test_the_loss_of_a_head_that_was_read_is_noticed(damage: str) -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    for key in "ab":
        journal.record(note(key))
    journal.state()
    if damage == "cut":
        store.delete(key_of(MODEL, 2))
    else:
        store.put(key_of(MODEL, 2), store.get(key_of(MODEL, 1)))
    with pytest.raises(IntegrityError, match="gone or changed"):
        journal.state()


def test_nothing_is_decided_on_a_broken_chain() -> None:
    store = MemoryStore()
    for key in "abc":
        Journal(store, MODEL).record(note(key))
    store.delete(key_of(MODEL, 2))
    with pytest.raises(IntegrityError, match="entry 2 was expected"):
        Journal(store, MODEL).record(note("d"))


def test_an_entry_of_a_newer_format_asks_for_an_upgrade() -> None:
    store = MemoryStore()
    Journal(store, MODEL).record(note("a"))
    newer = json.loads(store.get(key_of(MODEL, 1))) | {"schema_version": 2}
    store.put(key_of(MODEL, 1), canonical(newer))
    with pytest.raises(IntegrityError, match="Upgrade Evergreen"):
        Journal(store, MODEL).state()


def test_a_missing_entry_is_not_found() -> None:
    with pytest.raises(NotFound):
        Journal(MemoryStore(), MODEL).entry(7)


def test_threads_lose_nothing() -> None:
    store = MemoryStore()

    def write(writer: int) -> list[int]:
        journal = Journal(store, MODEL)
        return [journal.record(note(f"{writer}/{number}")).sequence for number in range(6)]

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for written in pool.map(write, range(8)) for number in written]
    assert sorted(numbers) == list(range(1, 49))
    assert verify(store, MODEL).fault is None
