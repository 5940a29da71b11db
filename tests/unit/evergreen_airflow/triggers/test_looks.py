"""Looks at the store: in threads, with one client, together silent in an outage."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from evergreen.core.errors import AccessDenied, OutageError
from evergreen.stores.memory import MemoryStore
from evergreen_airflow.triggers import looks as module
from evergreen_airflow.triggers.looks import THREADS, Looks


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is over after some hundredths of a second."""
    monkeypatch.setattr(module, "LONGEST_SILENCE", 0.05)


def gather(looks: Looks, look: Any, count: int) -> list[bool]:
    """This many looks at once."""

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(looks.look(look) for _ in range(count)))

    return asyncio.run(all_of_them())


def test_many_looks_share_one_store_and_few_threads() -> None:
    opened: list[MemoryStore] = []
    names: set[str] = set()

    def open_store() -> MemoryStore:
        opened.append(MemoryStore())
        return opened[-1]

    def look(store: Any) -> bool:
        names.add(threading.current_thread().name)
        return store is opened[0]

    looks = Looks(open_store)
    assert gather(looks, look, 1) == [True]
    assert gather(looks, look, 200) == [True] * 200
    assert len(opened) == 1
    assert len(names) <= THREADS
    assert threading.main_thread().name not in names


@pytest.mark.parametrize("error", [OutageError("http://s3 does not answer."), AccessDenied("It refuses the keys.")])
def test_an_outage_is_told_once_and_waited_out_together(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    asked, down = [], True

    def look(_store: Any) -> bool:
        asked.append(1)
        if down:
            raise error
        return True

    looks = Looks(MemoryStore)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert gather(looks, look, 100) == [False] * 100
        assert len(asked) <= 3 * THREADS, "while it is silent, nobody asks"
        down = False
        while not gather(looks, look, 1)[0]:
            pass
    assert [record.message for record in caplog.records] == [
        f"Waiting goes on without the store: {error}",
        "The store answers again.",
    ]


def test_a_mistake_of_ours_is_no_outage() -> None:
    looks = Looks(MemoryStore)
    with pytest.raises(ZeroDivisionError):
        gather(looks, lambda _store: 1 / 0 > 0, 1)
