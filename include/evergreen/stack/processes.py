"""Finding and stopping the processes of a stack, whoever their parent is by now."""

import os
import signal
import time
from collections.abc import Callable, Iterable

import psutil

from evergreen.stack.environment import MARKER
from evergreen.stack.state import State
from evergreen.stack.status import read

PATIENCE = 8.0  # seconds between asking a process to stop and killing it
PAUSE = 0.05
SAME_START = 5.0  # seconds between a process's start and the supervisor's note of it, at most


def _session(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except OSError:
        return 0


def _marked(process: psutil.Process, state: State) -> bool:
    try:
        return process.environ().get(MARKER) == str(state.path)
    except psutil.Error:
        return False


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _own() -> set[int]:
    me = psutil.Process()
    return {me.pid, *(parent.pid for parent in me.parents())}


def members(state: State) -> list[psutil.Process]:
    """Every process of this stack, except the caller and its ancestors.

    Those that carry the marker; those in the session of one of them or of a component that the supervisor noted
    (a program that was given a clean environment carries no marker); and all that descend from these.
    """
    everyone, own = list(psutil.process_iter()), _own()
    marked = [process for process in everyone if process.pid not in own and _marked(process, state)]
    sessions = {_session(process) for process in marked} | _noted_sessions(state)
    sessions -= {0, *(os.getsid(pid) for pid in own if psutil.pid_exists(pid))}
    found = {process.pid: process for process in marked}
    found |= {process.pid: process for process in everyone if _session(process) in sessions}
    for process in list(found.values()):
        found |= {child.pid: child for child in _descendants(process)}
    return [process for pid, process in found.items() if pid not in own and _alive(process)]


def _noted_sessions(state: State) -> set[int]:
    noted = read(state.status)
    if noted is None:
        return set()
    boot = psutil.boot_time()  # a number noted before the machine started again is somebody else's now
    return {
        component.pid
        for component in noted.components.values()
        if component.pid is not None
        and component.since is not None
        and component.since > boot
        and not _reused(component.pid, component.since)
    }


def _reused(pid: int, since: float) -> bool:
    """Whether ``pid`` is another process's by now: one that did not start when the supervisor noted it.

    In a container, pids begin anew with every start and the boot time is the host's. A leader that is gone may have
    left its session behind, whose number is not given away meanwhile.
    """
    try:
        return abs(psutil.Process(pid).create_time() - since) > SAME_START
    except psutil.NoSuchProcess:
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def in_session(leader: int) -> list[psutil.Process]:
    """The living processes of the session that ``leader`` opened, and all that descend from them."""
    found = {process.pid: process for process in psutil.process_iter() if _session(process) == leader}
    for process in list(found.values()):
        found |= {child.pid: child for child in _descendants(process)}
    return [process for process in found.values() if _alive(process)]


def _send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def stop(
    find: Callable[[], list[psutil.Process]], *, leader: int | None = None, first: signal.Signals = signal.SIGTERM
) -> int:
    """Stop what ``find`` finds, and what it finds then, until it finds nothing: first asking, then killing.

    Only ``leader`` is asked when there is one, since it stops its own; whatever outlives it is killed.

    Returns
    -------
    int
        How many processes there were at first.
    """
    remaining = find()
    count = len(remaining)
    _send([process for process in remaining if leader in {None, process.pid}], first)
    deadline = time.monotonic() + PATIENCE
    while remaining and time.monotonic() < deadline:
        time.sleep(PAUSE)
        remaining = [process for process in remaining if _alive(process)] or find()
    while remaining:
        _send(remaining, signal.SIGKILL)
        time.sleep(PAUSE)
        remaining = find()
    return count
