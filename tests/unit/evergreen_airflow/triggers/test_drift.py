"""The trigger: fires once on news or at its moment, whoever runs it and however often it is begun anew."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from evergreen.core.clock import now
from evergreen.core.errors import OutageError
from evergreen.flows.news import raw_digest
from evergreen.journal.entry import key_of
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo
from evergreen_airflow.triggers import drift, looks
from evergreen_airflow.triggers.drift import DriftTrigger
from evergreen_airflow.triggers.looks import Looks


class Moody(MemoryStore):
    """A store that can fall silent, and counts what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = False
        self.asked = 0

    def get(self, key: str) -> bytes:
        """The bytes, or an outage."""
        self.asked += 1
        if self.silent:
            raise OutageError("http://s3 does not answer.")
        return super().get(key)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Moody:
    """The store of this process; looks are close together."""
    store = Moody()
    shared = Looks(lambda: store)
    monkeypatch.setattr(drift, "looks", lambda: shared)
    monkeypatch.setattr(drift, "EVERY", 0.01)
    monkeypatch.setattr(looks, "LONGEST_SILENCE", 0.05)
    return store


def waiting(*, seconds: float = 60.0, **more: Any) -> DriftTrigger:
    """A trigger that waits for a request behind entry 7, or for its moment."""
    until = (now() + timedelta(seconds=seconds)).isoformat()
    return DriftTrigger(**{"model": "small", "until": until, "sequence": 7, **more})


async def events(trigger: DriftTrigger) -> list[Any]:
    """What it fires until it ends, as a triggerer that was given its serialised form would see it."""
    name, arguments = trigger.serialize()
    assert name == "evergreen_airflow.triggers.drift.DriftTrigger"
    return [event.payload async for event in DriftTrigger(**arguments).run()]


def write(store: MemoryStore, sequence: int, kind: str = "request_opened", model: str = "small") -> ObjectInfo:
    """Somebody appends to the journal."""
    return store.put(key_of(model, sequence), json.dumps({"kind": kind}).encode())


def test_its_arguments_are_all_that_it_knows() -> None:
    arguments: dict[str, Any] = {
        "model": "small",
        "until": "2013-07-01T00:00:00+00:00",
        "sequence": 7,
        "raw": "small/raw/",
        "seen": "x",
    }
    assert DriftTrigger(**arguments).serialize()[1] == arguments


def test_a_request_wakes_it_and_no_other_entry_does(store: Moody) -> None:
    async def story() -> list[Any]:
        write(store, 7)
        found = asyncio.create_task(events(waiting()))
        for sequence, kind in enumerate(("request_claimed", "snapshot", "request_closed"), start=8):
            write(store, sequence, kind)
            await asyncio.sleep(0.03)
            assert not found.done()
        write(store, 11)
        return await found

    assert asyncio.run(story()) == [{"woken_by": "request"}]


def test_a_request_that_came_before_it_began_wakes_it_at_once(store: Moody) -> None:
    write(store, 8, "snapshot")
    write(store, 9)
    assert asyncio.run(events(waiting())) == [{"woken_by": "request"}]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("seconds", [0.05, -1.0])
def test_its_moment_wakes_it(seconds: float) -> None:
    assert asyncio.run(events(waiting(seconds=seconds))) == [{"woken_by": "time"}]


def test_without_a_sequence_only_the_moment_counts(store: Moody) -> None:
    assert asyncio.run(events(waiting(seconds=0.05, sequence=None))) == [{"woken_by": "time"}]
    assert store.asked == 0


def test_raw_objects_wake_it(store: Moody) -> None:
    async def story() -> list[Any]:
        store.put("small/raw/a", b"1")
        found = asyncio.create_task(events(waiting(raw="small/raw/", seen=raw_digest(store, "small/raw/"))))
        await asyncio.sleep(0.05)
        assert not found.done()
        store.put("small/raw/a", b"2")
        return await found

    assert asyncio.run(story()) == [{"woken_by": "raw"}]


def test_an_outage_is_survived(store: Moody) -> None:
    async def story() -> list[Any]:
        store.silent = True
        found = asyncio.create_task(events(waiting()))
        await asyncio.sleep(0.1)
        assert not found.done()
        write(store, 8)
        store.silent = False
        return await found

    assert asyncio.run(story()) == [{"woken_by": "request"}]


def test_hundreds_wait_in_one_loop_and_only_the_right_ones_wake(store: Moody) -> None:
    async def story() -> list[int]:
        many = [asyncio.create_task(events(waiting(model=f"m{number}"))) for number in range(300)]
        await asyncio.sleep(0.1)
        for number in (5, 50):
            write(store, 8, model=f"m{number}")
        assert await asyncio.gather(*(many[number] for number in (5, 50))) == [[{"woken_by": "request"}]] * 2
        await asyncio.sleep(0.1)
        return [number for number, task in enumerate(many) if task.done()]

    assert asyncio.run(story()) == [5, 50]


def test_one_that_is_cancelled_leaves_nothing_behind(store: Moody) -> None:
    async def story() -> None:
        task = asyncio.create_task(events(waiting()))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        asked = store.asked
        await asyncio.sleep(0.05)
        assert store.asked <= asked + 1

    asyncio.run(story())
