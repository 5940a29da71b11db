"""Whatever happens to looks, processes and connections: every finding is told, once while it stands, and its end once."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.core.errors import EvergreenError, InputError, IntegrityError, OutageError
from evergreen.flows.alerts import TRIES, book_key, deliver, due, note, note_event, read_book, write_book
from evergreen.records.alert import Alert, AlertBook, Mute
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo

MODEL, SOURCE = "small", "monitoring"
NOON = datetime(2013, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FINDINGS = ("drift", "age")
CHANNELS = ("slack", "mail")


def alert(name: str, **changes: Any) -> Alert:
    found = Alert(
        model=MODEL, source=SOURCE, kind="finding", name=name, title=f"{MODEL}: {name}", body="It drifts.", since=NOON
    )
    return replace(found, **changes)


def look(store: MemoryStore, names: Iterable[str], at: datetime = NOON) -> AlertBook:
    return note(store, MODEL, SOURCE, [alert(name) for name in names], at=at)


class Killed(BaseException):
    """SIGKILL, as far as a test can send one: nothing catches it."""


class Outside:
    """Whoever is told: what each connection heard, which of them are away, and after how many messages all ends."""

    def __init__(self) -> None:
        self.heard: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.away: dict[str, EvergreenError] = {}
        self.lives: int | None = None

    def __call__(self, channel: str, told: Alert) -> None:
        if channel in self.away:
            raise self.away[channel]
        self.heard[channel, told.name].append(told.kind)
        if self.lives is not None:
            self.lives -= 1
            if self.lives < 0:
                raise Killed


class Mortal(MemoryStore):
    """A store that kills its process before or after one of its next writes."""

    def __init__(self) -> None:
        super().__init__()
        self.dies: tuple[int, str] | None = None

    def create(self, key: str, data: bytes, **more: Any) -> ObjectInfo:
        self._count("before")
        written = super().create(key, data, **more)
        self._count("after")
        return written

    def replace(self, key: str, data: Any, **more: Any) -> ObjectInfo:
        self._count("before")
        written = super().replace(key, data, **more)
        self._count("after")
        return written

    def _count(self, moment: str) -> None:
        if self.dies is not None and self.dies[1] == moment:
            left = self.dies[0]
            self.dies = (left - 1, moment)
            if left == 0:
                self.dies = None
                raise Killed


def tell(store: MemoryStore, outside: Outside, at: datetime = NOON, channels: tuple[str, ...] = CHANNELS) -> AlertBook:
    return deliver(store, MODEL, SOURCE, channels, outside, at=at)


def test_a_finding_is_told_once_and_its_end_once() -> None:
    store, outside = MemoryStore(), Outside()
    for names in (["drift"], ["drift"], ["drift", "age"], ["age"], ["age"], []):
        look(store, names)
        tell(store, outside)
    assert dict(outside.heard) == {(c, n): ["finding", "recovery"] for c in CHANNELS for n in FINDINGS}
    assert read_book(store, MODEL) == AlertBook(model=MODEL)


def test_a_recovery_says_what_was_and_why_it_is_over() -> None:
    store = MemoryStore()
    look(store, ["drift"])
    book = note(store, MODEL, SOURCE, [], at=NOON + DAY, because="Version 3 is looked at now.")
    over = book.waiting[-1].alert
    assert (over.title, over.since) == ("small: drift has recovered", NOON + DAY)
    assert over.body == "It stood since 2013-06-01 12:00 UTC, and is over. Version 3 is looked at now."


def test_the_log_is_told_even_while_it_is_muted(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    mute(store, None, NOON + DAY)
    with caplog.at_level(logging.INFO):
        for names in (["drift"], ["drift"], []):
            look(store, names)
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("ERROR", "small: drift: It drifts."),
        ("INFO", "small: drift has recovered: It stood since 2013-06-01 12:00 UTC, and is over."),
    ]


def test_a_notice_is_told_each_time_and_never_recovers() -> None:
    store, outside = MemoryStore(), Outside()
    for _ in range(2):
        note_event(store, alert("alias", kind="notice"))
        tell(store, outside)
    assert dict(outside.heard) == {(c, "alias"): ["notice", "notice"] for c in CHANNELS}


def test_two_sources_do_not_end_each_others_findings() -> None:
    store, outside = MemoryStore(), Outside()
    look(store, ["drift"])
    note(store, MODEL, "governance", [], at=NOON)
    note(store, MODEL, "governance", [alert("package", source="governance")], at=NOON)
    tell(store, outside)
    assert set(outside.heard) == {(c, "drift") for c in CHANNELS}
    assert [s.name for s in read_book(store, MODEL).standing] == ["drift", "package"]


@pytest.mark.parametrize(
    ("errors", "raised"),
    [({"slack": OutageError("no answer")}, OutageError), ({"slack": InputError("no connection")}, InputError)],
)
def test_a_connection_that_fails_loses_nothing_and_keeps_nobody_waiting(
    errors: dict[str, EvergreenError], raised: type[EvergreenError]
) -> None:
    store, outside = MemoryStore(), Outside()
    outside.away = errors
    for names in (["drift"], []):
        look(store, names)
        with pytest.raises(raised, match=r"small: 1 connections were not told, .* slack: no (answer|connection)"):
            tell(store, outside)
    assert dict(outside.heard) == {("mail", "drift"): ["finding", "recovery"]}
    outside.away = {}
    look(store, [])
    tell(store, outside)
    assert outside.heard["slack", "drift"] == ["finding", "recovery"] == outside.heard["mail", "drift"]


def test_an_outage_is_tried_again_though_another_connection_is_wrong() -> None:
    store, outside = MemoryStore(), Outside()
    outside.away = {"slack": InputError("wrong"), "mail": OutageError("away")}
    look(store, ["drift"])
    with pytest.raises(OutageError, match="2 connections"):
        tell(store, outside)


def test_without_a_connection_nothing_waits() -> None:
    store, outside = MemoryStore(), Outside()
    look(store, ["drift"])
    assert tell(store, outside, channels=()).waiting == ()
    assert not outside.heard


def mute(store: MemoryStore, name: str | None, until: datetime) -> None:
    entry = Mute(name=name, until=until, by="ann", reason="holidays")
    write_book(store, MODEL, lambda book: replace(book, mutes=(*book.mutes, entry)))


@pytest.mark.parametrize("name", ["drift", None])
def test_what_is_muted_is_told_when_the_mute_ends_and_it_still_stands(name: str | None) -> None:
    store, outside = MemoryStore(), Outside()
    mute(store, name, NOON + DAY)
    for at in (NOON, NOON + DAY / 2):
        look(store, FINDINGS, at)
        tell(store, outside, at)
    heard = {n for _, n in outside.heard}
    assert heard == ({"age"} if name else set())
    look(store, FINDINGS, NOON + DAY)
    assert tell(store, outside, NOON + DAY).mutes == ()
    assert dict(outside.heard) == {(c, n): ["finding"] for c in CHANNELS for n in FINDINGS}


def test_what_came_and_went_while_it_was_muted_is_not_told() -> None:
    store, outside = MemoryStore(), Outside()
    mute(store, "drift", NOON + DAY)
    for names in (["drift"], [], ["drift"], []):
        look(store, names)
    tell(store, outside, NOON + DAY)
    assert not outside.heard


def test_what_was_told_and_went_while_it_was_muted_is_told_to_be_over_at_the_end() -> None:
    store, outside = MemoryStore(), Outside()
    look(store, ["drift"])
    tell(store, outside)
    mute(store, "drift", NOON + DAY)
    for names in ([], ["drift"], []):
        look(store, names)
        tell(store, outside)
    assert outside.heard["slack", "drift"] == ["finding"]
    look(store, [], NOON + DAY)
    tell(store, outside, NOON + DAY)
    assert outside.heard["slack", "drift"] == ["finding", "recovery"]


def test_equal_words_of_two_findings_are_both_told() -> None:
    store, outside = MemoryStore(), Outside()
    for names in (["drift"], [], ["drift"]):
        look(store, names)
    assert len(due(read_book(store, MODEL), SOURCE, ["slack"], NOON)) == 3
    tell(store, outside)
    assert outside.heard["slack", "drift"] == ["finding", "recovery", "finding"]


class Rival(MemoryStore):
    """A store in which somebody else writes the book just before each of our first writes."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def create(self, key: str, data: bytes, **more: Any) -> ObjectInfo:
        self._write_first(key)
        return super().create(key, data, **more)

    def replace(self, key: str, data: Any, **more: Any) -> ObjectInfo:
        self._write_first(key)
        return super().replace(key, data, **more)

    def _write_first(self, key: str) -> None:
        if self.times:
            self.times -= 1
            other = Mute(name=f"{self.times}", until=NOON, by="eve", reason="x")
            book = read_book(self, MODEL)
            self.put(key, replace(book, mutes=(*book.mutes, other)).to_json())


def test_writers_at_the_same_time_lose_nothing_of_each_other() -> None:
    store = Rival(5)
    look(store, ["drift"])
    book = read_book(store, MODEL)
    assert ([s.name for s in book.standing], len(book.mutes)) == (["drift"], 5)


def test_a_writer_who_is_always_late_gives_up() -> None:
    with pytest.raises(OutageError, match=f"others wrote {book_key(MODEL)} {TRIES} times"):
        look(Rival(TRIES), ["drift"])


def test_a_book_that_cannot_be_read_says_what_to_do() -> None:
    store = MemoryStore()
    store.put(book_key(MODEL), b"{")
    with pytest.raises(IntegrityError, match=f"^{book_key(MODEL)}: Not a AlertBook record: .* remove it"):
        look(store, ["drift"])


STEP = st.tuples(
    st.sets(st.sampled_from(FINDINGS)),
    st.none() | st.integers(0, 3),  # messages until the process is killed, just after sending one
    st.none() | st.tuples(st.integers(0, 3), st.sampled_from(["before", "after"])),  # or at one of its writes
    st.sets(st.sampled_from(CHANNELS)),  # who is away
)


@given(st.lists(STEP, max_size=8), st.sets(st.sampled_from(FINDINGS)))
@settings(max_examples=100)
def test_any_sequence_of_looks_kills_and_outages(steps: list[Any], last: set[str]) -> None:
    store, outside = Mortal(), Outside()
    looked: list[set[str]] = []
    for names, lives, dies, away in steps:
        outside.lives, store.dies = lives, dies
        outside.away = {c: OutageError("away") for c in away}
        with suppress(Killed, OutageError):
            look(store, names)
            tell(store, outside)
        if {s.name for s in read_book(store, MODEL).standing} == names:
            looked.append(names)  # else it was killed before anything was put down: as if it had never looked
    outside.lives, store.dies, outside.away = None, None, {}
    look(store, last)
    tell(store, outside)
    for name in FINDINGS:
        stands = [name in names for names in [set(), *looked, last]]
        changes = ["finding" if now else "recovery" for was, now in pairwise(stands) if was != now]
        for channel in CHANNELS:
            heard = outside.heard[channel, name]
            assert [kind for kind, _ in groupby(heard)] == changes  # all, in order, and twice only where a kill was
            if all(lives is None and dies is None for _, lives, dies, _ in steps):
                assert heard == changes
