"""What the read model is given: the entries behind those it has, and the versions as the state knows them."""

import logging
from itertools import pairwise

import pytest
from pydantic import SecretStr
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL, Story, package_of

from evergreen.core.errors import IntegrityError, RunError
from evergreen.core.settings import Settings
from evergreen.flows.books import Books
from evergreen.flows.fleet import news, open_read_model, refreshed, versions_of
from evergreen.journal.entry import key_of
from evergreen.journal.journal import Journal
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry


@pytest.fixture
def books() -> Books:
    store = MemoryStore()
    whole_life(Journal(store, MODEL))
    return Books(model=MODEL, store=store, registry=MemoryRegistry(), journal=Journal(store, MODEL))


def test_only_what_is_new(books: Books) -> None:
    state, rows = news(books, 0, "", whole=True)
    entries = list(rows)
    assert [row.sequence for row in entries] == list(range(1, state.sequence + 1))
    assert all(after.body and after.digest != before.digest for before, after in pairwise(entries))
    Story(5, against=1).judge(books.journal)
    _, rows = news(books, state.sequence, state.digest, whole=False)
    assert [row.kind for row in rows] == ["verdict"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_journal_that_is_broken_is_refused(books: Books, *, whole: bool) -> None:
    books.store.put(key_of(MODEL, 2), b"{}")
    with pytest.raises(IntegrityError, match="broken at entry 2"):
        news(books, 0, "", whole=whole)


def test_a_journal_that_lost_what_was_taken_is_refused(books: Books) -> None:
    state = books.journal.state()
    with pytest.raises(IntegrityError, match=f"entry {state.sequence}"):
        news(books, state.sequence, "another", whole=False)
    books.store.delete(key_of(MODEL, state.sequence))
    cut = Books(model=MODEL, store=books.store, registry=books.registry, journal=Journal(books.store, MODEL))
    with pytest.raises(IntegrityError, match="taken before"):
        news(cut, state.sequence, state.digest, whole=False)


def test_an_entry_that_is_swapped_on_the_way_is_noticed(books: Books) -> None:
    _, rows = news(books, 0, "", whole=True)
    other = Journal(MemoryStore(), MODEL)
    whole_life(other)
    books.store.put(key_of(MODEL, 2), other.store.get(key_of(MODEL, 2)))
    with pytest.raises(IntegrityError, match="do not lead"):
        list(rows)


def test_versions_are_those_of_the_state(books: Books) -> None:
    rows = {row.package: row for row in versions_of(books.journal.state())}
    champion = rows[package_of(1)]
    assert (champion.stage, champion.approved_by, champion.reason) == (
        "champion",
        "policy:auto",
        "The verdict is PASS.",
    )
    assert (champion.version, champion.owner, champion.reproducible) == (1, "Tests", False)
    waiting = rows[package_of(4)]
    assert (waiting.stage, waiting.judgement, waiting.approved) == ("challenger", "PASS", None)
    assert waiting.reproducible


def test_a_database_that_cannot_be_reached_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    config = Settings(database_url=SecretStr("postgresql://evergreen:hidden@127.0.0.1:1/evergreen"))
    with caplog.at_level(logging.ERROR):
        said = refreshed(config)
    assert said.startswith("The read model of the fleet was not refreshed: PostgreSQL at 127.0.0.1:1/evergreen")
    assert [record.message for record in caplog.records] == [said]
    assert "hidden" not in said


def test_without_a_database_there_is_none() -> None:
    assert refreshed(Settings(database_url=None)) == ""
    with pytest.raises(RunError, match="EVERGREEN_DATABASE_URL"):
        open_read_model(Settings(database_url=None))
