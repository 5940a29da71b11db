import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg2
import pytest
from tests.ports import reserve

from evergreen.core.errors import OutageError, RunError
from evergreen.stack import lifecycle, postgres
from evergreen.stack.credentials import credentials
from evergreen.stack.environment import database
from evergreen.stack.lock import is_held
from evergreen.stack.ports import free, listeners, ports
from evergreen.stack.processes import members
from evergreen.stack.procfile import read
from evergreen.stack.state import State
from evergreen.stack.status import StackStatus

pytestmark = pytest.mark.integration
PROJECT = Path(__file__).resolve().parents[3]


def ignore(status: StackStatus) -> None:
    """Nobody watches."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[State]:
    """A stack of the two servers that start quickly, from the project's own Procfile."""
    commands = read(PROJECT)
    state = write(tmp_path, {name: commands[name] for name in ("postgres", "s3")})
    state.create()
    reserve(state)
    yield state
    lifecycle.down(state)
    assert members(state) == []


def write(folder: Path, commands: dict[str, str]) -> State:
    lines = (f"{name}: {command}\n" for name, command in commands.items())
    (folder / "Procfile").write_text("".join(lines))
    return State(project=folder, path=folder / ".evergreen")


def add(state: State, name: str, command: str) -> None:
    with (state.project / "Procfile").open("a") as file:
        file.write(f"{name}: {command}\n")


def query(state: State, statement: str) -> list[tuple[object, ...]]:
    address = database("evergreen", credentials(state).evergreen_database, ports(state)["postgres"], "postgresql")
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def current(state: State) -> StackStatus:
    """What the supervisor says, which must be alive."""
    status = lifecycle.current(state)
    assert status is not None
    return status


def pid(state: State, name: str) -> int:
    """The process of a component, which must have one."""
    found = current(state).components[name].pid
    assert found is not None
    return found


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_down_leaves_no_process_port_or_lock(small: State) -> None:
    lifecycle.up(small, ignore)
    assert is_held(small.logs)
    assert not any(free(port) for name, port in ports(small).items() if name in {"postgres", "s3"})
    assert lifecycle.down(small) > 2
    assert members(small) == []
    never_opened = {ports(small)["airflow"], ports(small)["mlflow"]}  # another stack may have taken these by now
    assert all(free(port) for port in listeners(small) - never_opened)
    assert not is_held(small.logs)
    assert not is_held(small.path)
    assert not small.status.exists()
    assert lifecycle.sockets(small) == []


def test_down_without_up_finds_nothing(small: State) -> None:
    assert lifecycle.down(small) == 0


def test_down_leaves_the_sockets_of_another_stack_that_took_its_ports(small: State, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = write(folder, {})
    other.create()
    lifecycle.up(small, ignore)
    other.ports.write_text(small.ports.read_text())
    used = {path for port in listeners(small) for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")}  # noqa: S108
    assert used
    assert lifecycle.down(other) == 0
    assert all(path.exists() for path in used)


def test_data_survive_down_and_up(small: State) -> None:
    lifecycle.up(small, ignore)
    query(small, "create table kept as select 42 as answer")
    before = ports(small)
    lifecycle.down(small)
    assert not lifecycle.up(small, ignore).already
    assert query(small, "select answer from kept") == [(42,)]
    assert ports(small) == before


@pytest.mark.parametrize("victims", [["supervisor"], ["postgres"], ["supervisor", "postgres", "s3"]])
def test_up_recovers_from_sigkill_with_all_data(small: State, victims: list[str]) -> None:
    lifecycle.up(small, ignore)
    query(small, "create table kept as select 42 as answer")
    status = current(small)
    pids = {"supervisor": status.supervisor} | {name: pid(small, name) for name in status.components}
    for victim in victims:
        os.kill(pids[victim], signal.SIGKILL)
    if "supervisor" in victims:
        wait_until(lambda: not lifecycle.running(small))
    else:
        wait_until(lambda: current(small).components[victims[0]].restarts == 1)
    lifecycle.up(small, ignore)
    assert query(small, "select answer from kept") == [(42,)]
    assert current(small).ready
    assert len([process for process in members(small) if process.name() == "weed"]) == 1


def test_down_stops_orphans_of_a_killed_supervisor(small: State) -> None:
    lifecycle.up(small, ignore)
    os.kill(current(small).supervisor, signal.SIGKILL)
    wait_until(lambda: not lifecycle.running(small))
    assert members(small) != []
    lifecycle.down(small)
    assert members(small) == []


def test_a_process_with_a_clean_environment_is_found_and_stopped(small: State) -> None:
    add(small, "task", """python -c 'import subprocess; subprocess.run(["sleep", "1000"], env={})'""")
    lifecycle.up(small, ignore)
    wait_until(lambda: any(process.name() == "sleep" for process in members(small)))
    sleeper = next(process for process in members(small) if process.name() == "sleep")
    task = pid(small, "task")
    os.kill(current(small).supervisor, signal.SIGKILL)
    os.kill(task, signal.SIGKILL)
    wait_until(lambda: sleeper.ppid() != task)
    lifecycle.down(small)
    assert not psutil.pid_exists(sleeper.pid) or sleeper.status() == psutil.STATUS_ZOMBIE


def test_concurrent_ups_start_one_stack(small: State) -> None:
    command = [sys.executable, "-m", "evergreen.stack", "up"]
    environ = {**os.environ, "EVERGREEN_STATE_DIR": str(small.path)}

    def run(_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=small.project, env=environ, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(run, range(3)))
    assert [result.returncode for result in results] == [0, 0, 0], results
    assert sum("nothing was started" in result.stdout for result in results) == 2
    assert len([process for process in members(small) if process.name() == "weed"]) == 1


def test_a_taken_port_gets_another_one(small: State) -> None:
    lifecycle.up(small, ignore)
    lifecycle.down(small)
    before = ports(small)
    with socket.socket() as foreign, socket.socket() as other:
        for listener, name in ((foreign, "postgres"), (other, "s3")):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", before[name]))
            listener.listen()
        started = lifecycle.up(small, ignore)
        assert started.moved == {"postgres": before["postgres"], "s3": before["s3"]}
        assert ports(small)["postgres"] != before["postgres"]
        assert query(small, "select 1") == [(1,)]
        lifecycle.down(small)


def test_a_component_that_cannot_start_is_named_with_its_last_words(small: State) -> None:
    add(small, "broken", "sh -c 'echo no such luck; exit 3'")
    with pytest.raises(OutageError, match=r"(?s)broken ended with exit code 3 and was given up.*no such luck"):
        lifecycle.up(small, ignore)
    assert members(small) == []
    assert not lifecycle.running(small)


def test_a_procfile_that_cannot_be_read_is_said_before_anything_starts(small: State) -> None:
    add(small, "s3", "again")
    with pytest.raises(RunError, match=re.escape("Procfile, line 3: there is a component s3 already")):
        lifecycle.up(small, ignore)
    assert members(small) == []


def test_lost_secrets_are_not_replaced_over_data(small: State) -> None:
    lifecycle.up(small, ignore)
    lifecycle.down(small)
    small.credentials.unlink()
    with pytest.raises(RunError, match=r"credentials\.json is gone"):
        lifecycle.up(small, ignore)


def test_a_first_start_that_was_killed_begins_afresh(small: State) -> None:
    small.create()
    draft = small.postgres.with_name("postgres.new")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("half-way")
    lifecycle.up(small, ignore)
    assert query(small, "select 1") == [(1,)]


def test_postgresql_never_runs_as_root(small: State) -> None:
    lifecycle.up(small, ignore)
    server = psutil.Process(pid(small, "postgres"))
    assert server.uids().real != 0
    user = postgres.account()
    assert server.uids().real == (os.getuid() if user is None else user.pw_uid)
