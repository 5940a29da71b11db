"""Bringing the stack up and down as a whole, whatever a killed one left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evergreen.core.errors import OutageError
from evergreen.core.settings import inherited
from evergreen.stack import environment, status
from evergreen.stack.credentials import credentials, passwords
from evergreen.stack.lock import held, is_held
from evergreen.stack.ports import free, listeners, settle
from evergreen.stack.processes import members, stop
from evergreen.stack.procfile import read
from evergreen.stack.state import State
from evergreen.stack.status import StackStatus

POLL_SECONDS = 0.1
START_SECONDS = 600.0  # a bound for a machine that is busy with something else
STOP_SECONDS = 60.0
LOG_LINES = 15

Watcher = Callable[[StackStatus], None]
"""Told of every look at the components while they start."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """What ``up`` did: nothing (``already``), or a start after stopping ``orphans`` and moving ``moved`` ports."""

    already: bool
    orphans: int = 0
    moved: dict[str, int] | None = None


def running(state: State) -> bool:
    """Whether a supervisor is alive for this stack."""
    return is_held(state.logs)


def current(state: State) -> StackStatus | None:
    """What the living supervisor says; ``None`` when there is none."""
    return status.read(state.status) if running(state) else None


def tail(state: State, component: str, lines: int = LOG_LINES) -> str:
    """The last lines of a component's log."""
    path = state.log(component)
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def up(state: State, watch: Watcher) -> Started:
    """Start the stack and come back when every component is ready; the supervisor stays behind.

    Raises
    ------
    OutageError
        When a component cannot be started; its last lines are in the message, and all is stopped again.
    """
    read(state.project)  # a mistake in the Procfile shows before anything is touched
    state.create()
    with held(state.path):
        if running(state):
            seen = status.read(state.status)
            if seen is not None and seen.ready:
                return Started(already=True)
            _wait_until_ready(state, watch)
            return Started(already=True)
        orphans = stop(partial(members, state))
        state.status.unlink(missing_ok=True)
        moved = settle(state)
        credentials(state)
        passwords(state)
        environment.write(state)
        _spawn(state)
        try:
            _wait_until_ready(state, watch)
        except BaseException:
            _stop(state)
            raise
        return Started(already=False, orphans=orphans, moved=moved)


def _spawn(state: State) -> None:
    variables = inherited() | {"EVERGREEN_STATE_DIR": str(state.path), environment.MARKER: str(state.path)}
    with state.log("supervisor").open("ab") as output:
        launched = subprocess.run(
            [sys.executable, "-m", "evergreen.stack.supervisor"],
            cwd=state.project,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            check=False,
        )
    if launched.returncode != 0:
        raise OutageError(f"The supervisor did not start:\n{tail(state, 'supervisor')}")


def _wait_until_ready(state: State, watch: Watcher) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        seen = status.read(state.status)
        if not running(state):
            raise OutageError(f"The supervisor died:\n{tail(state, 'supervisor')}")
        if seen is not None:
            watch(seen)
            if seen.failed:
                raise OutageError(_obituary(state, seen))
            if seen.ready:
                return
        time.sleep(POLL_SECONDS)
    late = "the supervisor" if seen is None else ", ".join(n for n, c in seen.components.items() if c.phase != "ready")
    raise OutageError(f"Not ready within {START_SECONDS:.0f} s: {late}. The logs are in {state.logs}.")


def _obituary(state: State, seen: StackStatus) -> str:
    name = seen.failed[0]
    return f"{seen.components[name].message} and was given up. The end of {state.log(name)}:\n{tail(state, name)}"


def down(state: State) -> int:
    """Stop everything that belongs to the stack, supervised or orphaned.

    Returns
    -------
    int
        How many processes there were.
    """
    if not state.path.is_dir():
        return 0
    with held(state.path):
        return _stop(state)


def sockets(state: State) -> list[Path]:
    """The files by which the S3 server's parts talked to each other; it leaves some of them behind.

    Those of a port that somebody listens on are another stack's, which took the port while this one was down.
    """
    if not state.ports.exists():
        return []
    folder = Path("/tmp")  # noqa: S108 - SeaweedFS puts them there, whatever TMPDIR says
    left = [port for port in listeners(state) if free(port)]
    return [path for port in left for path in folder.glob(f"seaweedfs-*-{port}.sock")]


def _stop(state: State) -> int:
    count = len(members(state))
    seen = current(state)
    if seen is not None:
        os.kill(seen.supervisor, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while running(state) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    stop(partial(members, state))
    state.status.unlink(missing_ok=True)
    for path in sockets(state):
        path.unlink(missing_ok=True)
    return count
