"""The read model on a real PostgreSQL: what it answers, and that it follows the journals whatever happens to them."""

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.ports import reserve
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL, Story, note, package_of

from evergreen.core.errors import AccessDenied, InputError, OutageError, StoreError
from evergreen.core.settings import inherited
from evergreen.flows.books import Books
from evergreen.flows.fleet import rebuild, refresh
from evergreen.journal.entry import key_of
from evergreen.journal.freeze import freeze
from evergreen.journal.journal import Journal
from evergreen.records.freeze import FLEET, Freeze
from evergreen.stack.credentials import credentials
from evergreen.stack.environment import database
from evergreen.stack.ports import ports, settle
from evergreen.stack.state import State
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.read_model import ReadModel

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ALL = ("other", MODEL, FLEET)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, as the stack makes it."""
    state = State(project=Path.cwd(), path=tmp_path_factory.mktemp("state"))
    reserve(state)
    settle(state)
    log = state.path / "postgres.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "evergreen.stack.postgres"],
            env=inherited() | {"EVERGREEN_STATE_DIR": str(state.path)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(600):
            if process.poll() is not None or "ready to accept connections" in log.read_text(errors="replace"):
                break
            time.sleep(0.2)
        yield database(
            "evergreen", credentials(state).evergreen_database, ports(state)["postgres"], driver="postgresql"
        )
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


@pytest.fixture
def read_model(url: str) -> ReadModel:
    """An empty one."""
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS fleet CASCADE")
    return ReadModel(url)


@pytest.fixture
def store() -> MemoryStore:
    """Two models and the fleet; the second had a whole life."""
    store = MemoryStore()
    Journal(store, "other").record(note("first"))
    whole_life(Journal(store, MODEL))
    freeze(Journal(store, FLEET), Freeze(model=FLEET, by="ada", reason="the audit"))
    return store


def _opened(store: MemoryStore) -> Callable[[str], Books]:
    return lambda model: Books(model=model, store=store, registry=MemoryRegistry(), journal=Journal(store, model))


def _content(url: str) -> dict[str, list[Any]]:
    columns = {
        "models": "model, sequence, digest, problem",
        "entries": "*",
        "versions": "*",
        "champions": "*",
        "requests": "*",
    }
    with psycopg.connect(url, options="-c search_path=fleet") as connection:
        return {t: connection.execute(f"SELECT {c} FROM {t} ORDER BY 1, 2").fetchall() for t, c in columns.items()}  # noqa: S608


def test_questions_over_the_fleet(read_model: ReadModel, store: MemoryStore) -> None:
    began = datetime.now(UTC)
    assert rebuild(read_model, ALL, _opened(store)).problems == {}
    other, small = read_model.ask("champions", now=NOW, fleet=FLEET)
    assert (other["model"], other["version"], other["open_requests"]) == ("other", None, 0)
    assert (small["version"], small["by"], small["approved_by"]) == (1, "rollback", "policy:auto")
    assert (small["snapshot"], small["owner"], small["open_requests"]) == ("s", "Tests", 4)
    assert small["data_age_days"] == (NOW - small["data_end"]) / timedelta(days=1)
    assert small["since"] >= began - timedelta(seconds=1)
    crowned = read_model.ask("promotions", start=began - timedelta(hours=1), end=NOW)
    assert [(row["version"], row["kind"]) for row in crowned] == [(1, "promotion"), (2, "promotion"), (1, "rollback")]
    assert [row["until"] for row in crowned] == [crowned[1]["at"], crowned[2]["at"], None]
    assert read_model.ask("promotions", start=NOW, end=NOW + timedelta(days=9)) == []
    assert [(r["request_id"], r["status"]) for r in read_model.ask("requests")] == [
        ("r2", "claimed"),
        ("r3", "open"),
        ("r4", "open"),
        ("r5", "unconfirmed"),
    ]
    assert [row["version"] for row in read_model.ask("approvals", person="Policy:Auto")] == [1, 2, 3]
    assert read_model.ask("approvals", person="mallory") == []
    assert len(read_model.ask("approvals", person=None)) == 3


def test_rebuilt_equals_incremental(read_model: ReadModel, store: MemoryStore, url: str) -> None:
    assert refresh(read_model, ALL[:1], _opened(store)).entries == 1
    assert refresh(read_model, ALL, _opened(store)).entries > 20
    Story(5, against=1).judge(Journal(store, MODEL))
    assert refresh(read_model, ALL, _opened(store)).entries == 1
    assert refresh(read_model, ALL, _opened(store)).entries == 0
    grown = _content(url)
    rebuild(read_model, ALL, _opened(store))
    assert _content(url) == grown
    assert all(grown.values())


FORGERIES: dict[str, Callable[[MemoryStore], object]] = {
    "cut": lambda store: store.delete(list(store.list(f"{MODEL}/journal/"))[-1].key),
    "hole": lambda store: store.delete(key_of(MODEL, 3)),
    "forged": lambda store: store.put(key_of(MODEL, 4), b"{}"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_journal_in_doubt_is_left_out_and_the_rest_goes_on(
    read_model: ReadModel, store: MemoryStore, url: str, forgery: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    rebuild(read_model, ALL, _opened(store))
    before = _content(url)
    FORGERIES[forgery](store)
    Journal(store, "other").record(note("second"))
    found = refresh(read_model, ALL, _opened(store))
    assert (found.entries, list(found.problems)) == (1, [MODEL])
    after = _content(url)
    assert [row for row in after["entries"] if row[0] == MODEL] == [row for row in before["entries"] if row[0] == MODEL]
    marked = {row["model"]: row["problem"] for row in read_model.ask("champions", now=NOW, fleet=FLEET)}
    assert marked["other"] == ""
    assert "verify" in marked[MODEL] or "broken" in marked[MODEL]


def test_a_rebuild_leaves_a_broken_journal_out(
    read_model: ReadModel, store: MemoryStore, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    FORGERIES["forged"](store)
    assert list(rebuild(read_model, ALL, _opened(store)).problems) == [MODEL]
    assert {row[0] for row in _content(url)["entries"]} == {"other", FLEET}


def test_readers_see_the_old_tables_until_the_new_ones_are_whole(
    read_model: ReadModel, store: MemoryStore, url: str
) -> None:
    rebuild(read_model, ALL, _opened(store))
    before = _content(url)

    def dies(model: str) -> Books:
        assert _content(url) == before
        if model == FLEET:
            raise OutageError("The store does not answer.")
        return _opened(store)(model)

    with pytest.raises(OutageError):
        rebuild(read_model, ALL, dies)
    assert _content(url) == before


def test_tables_of_another_layout_are_made_anew(read_model: ReadModel, store: MemoryStore, url: str) -> None:
    with pytest.raises(StoreError, match="rebuild"):
        read_model.ask("requests")
    rebuild(read_model, ALL, _opened(store))
    with psycopg.connect(url) as connection:
        connection.execute("COMMENT ON SCHEMA fleet IS 'layout 0'")
    assert refresh(read_model, ALL, _opened(store)).entries > 20


def test_who_cannot_be_reached_and_who_refuses(url: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(OutageError, match="does not answer"):
            ReadModel(f"postgresql://evergreen:x@127.0.0.1:{closed.getsockname()[1]}/evergreen").ready()
    with pytest.raises(AccessDenied) as refused:
        ReadModel(url.replace("evergreen:", "evergreen:hidden")).ready()
    assert "hidden" not in str(refused.value)
    with pytest.raises(InputError, match="EVERGREEN_DATABASE_URL") as wrong:
        ReadModel("sqlite://hidden")
    assert "hidden" not in str(wrong.value)


def test_package_of_the_champion(read_model: ReadModel, store: MemoryStore, url: str) -> None:
    rebuild(read_model, ALL, _opened(store))
    stages = {row[1]: row[15] for row in _content(url)["versions"]}
    assert stages[package_of(1)] == "champion"
