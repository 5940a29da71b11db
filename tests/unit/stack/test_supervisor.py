import asyncio
import os
import signal
from collections.abc import Callable, Coroutine

import pytest

from evergreen.stack import status, supervisor
from evergreen.stack.processes import members
from evergreen.stack.state import State
from evergreen.stack.status import ComponentStatus, Phase

Look = Callable[[str], ComponentStatus]


def run(state: State, procfile: str, meanwhile: Callable[[Look], Coroutine[None, None, None]]) -> None:
    """Supervise what ``procfile`` says while ``meanwhile(look)`` runs; ``look`` gives the status of a component."""
    (state.project / "Procfile").write_text(procfile)

    def look(name: str) -> ComponentStatus:
        seen = status.read(state.status)
        assert seen is not None
        return seen.components[name]

    async def both() -> None:
        supervised = supervisor.Supervisor(state)
        task = asyncio.create_task(supervised.run())
        await asyncio.sleep(0)
        await asyncio.wait_for(meanwhile(look), 60)
        os.kill(os.getpid(), signal.SIGTERM)
        await task

    asyncio.run(both())
    assert members(state) == []


async def until(look: Look, name: str, holds: Callable[[ComponentStatus], bool]) -> ComponentStatus:
    while not holds(look(name)):
        await asyncio.sleep(0.02)
    return look(name)


def test_a_component_that_dies_is_started_again(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_SECONDS", 0.01)

    async def kill(look: Look) -> None:
        first = await until(look, "one", lambda one: one.phase is Phase.READY)
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
        second = await until(look, "one", lambda one: one.restarts == 1 and one.phase is Phase.READY)
        assert second.pid != first.pid

    run(state, "one: sleep 1000\n", kill)


def test_a_component_that_never_starts_is_given_up_and_named(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_SECONDS", 0.01)

    async def wait(look: Look) -> None:
        failed = await until(look, "one", lambda one: one.phase is Phase.FAILED)
        assert failed.message == "one ended with exit code 3"
        assert failed.restarts == supervisor.FIRST_STARTS + 1

    run(state, "one: sh -c 'exit 3'\n", wait)


def test_a_component_whose_command_is_not_there_is_given_up(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_SECONDS", 0.01)

    async def wait(look: Look) -> None:
        failed = await until(look, "one", lambda one: one.phase is Phase.FAILED)
        assert failed.message == "one ended with exit code 127"

    run(state, "one: there-is-no-such-program\n", wait)
    assert "there-is-no-such-program" in state.log("one").read_text()
