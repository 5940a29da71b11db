import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from evergreen.stack.environment import MARKER
from evergreen.stack.processes import members, stop
from evergreen.stack.state import State
from evergreen.stack.status import ComponentStatus, Phase, StackStatus, write

Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def start(state: State) -> Iterator[Start]:
    """Start a shell command that carries the marker of the stack, as a component does."""
    started: list[subprocess.Popen[bytes]] = []

    def run(command: str) -> subprocess.Popen[bytes]:
        environ = {"PATH": os.environ["PATH"], MARKER: str(state.path)}
        process = subprocess.Popen(["sh", "-c", command], env=environ, start_new_session=True, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_nothing_runs_before_a_start(state: State) -> None:
    assert members(state) == []


def test_descendants_are_found_whatever_their_environment(state: State, start: Start) -> None:
    leader = start("env -i sleep 1000 & echo up; wait")
    deadline = time.monotonic() + 10
    while {process.name() for process in members(state)} != {"sh", "sleep"}:
        assert time.monotonic() < deadline
    assert leader.pid in {process.pid for process in members(state)}


def test_processes_of_another_stack_are_not_found(state: State, start: Start, tmp_path: Path) -> None:
    start("echo up; exec sleep 1000")
    other = type(state)(project=tmp_path, path=tmp_path / "other")
    assert members(other) == []


@pytest.mark.parametrize(("earlier", "is_ours"), [(0, True), (60, False)])
def test_a_noted_pid_that_another_process_got_is_not_ours(
    state: State, start: Start, tmp_path: Path, earlier: float, is_ours: bool
) -> None:
    process = start("echo up; exec sleep 1000")
    other = type(state)(project=tmp_path, path=tmp_path / "other")  # the process carries another stack's marker
    other.create()
    since = psutil.Process(process.pid).create_time() - earlier
    noted = {"one": ComponentStatus(phase=Phase.READY, pid=process.pid, since=since)}
    write(other.status, StackStatus(supervisor=1, components=noted))
    assert [found.pid for found in members(other)] == ([process.pid] if is_ours else [])


def test_the_session_of_a_noted_pid_that_is_gone_is_ours(state: State, start: Start, tmp_path: Path) -> None:
    leader = start("env -i sleep 1000 >/dev/null & echo up; exec sleep 0.1")
    other = type(state)(project=tmp_path, path=tmp_path / "other")
    other.create()
    noted = {"one": ComponentStatus(phase=Phase.READY, pid=leader.pid, since=psutil.Process(leader.pid).create_time())}
    write(other.status, StackStatus(supervisor=1, components=noted))
    leader.wait()
    assert [found.name() for found in members(other)] == ["sleep"]
    stop(lambda: members(other))


def test_stop_leaves_nothing(state: State, start: Start) -> None:
    start("sleep 1000 & echo up; wait")
    assert stop(lambda: members(state)) == 2
    assert members(state) == []


def test_what_does_not_listen_is_killed(state: State, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evergreen.stack.processes.PATIENCE", 0.2)
    deaf = start("trap '' TERM; echo up; while true; do sleep 0.1; done")
    stop(lambda: members(state))
    assert deaf.wait() == -signal.SIGKILL


def test_a_leader_stops_its_own(state: State, start: Start) -> None:
    leader = start("trap 'exit 7' USR1; echo up; while true; do sleep 0.05; done")
    stop(lambda: members(state), leader=leader.pid, first=signal.SIGUSR1)
    assert leader.wait() == 7


def test_the_caller_is_never_among_them(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    me = psutil.Process()
    monkeypatch.setattr("evergreen.stack.processes._marked", lambda process, _: process.pid == me.pid)
    assert me.pid not in {process.pid for process in members(state)}
