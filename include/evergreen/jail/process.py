"""The task's end of its warden: one process per process, started at the first order, ended with the task."""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psutil

from evergreen.core.errors import CodeError
from evergreen.core.settings import inherited

COMMAND = (sys.executable, "-I", "-m", "evergreen.jail.warden")
PASSED_ON = ("LANG", "LC_ALL", "PATH", "TZ")
"""The variables of this process that the warden gets, too."""
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
"""Threads would not survive the warden's forks."""
PATIENCE = 120.0
"""Seconds beyond the call's own: a fresh interpreter imports for a while on a busy machine."""
PIECE = 1 << 16


class Warden:
    """A warden process. ``ask`` may be called by one thread at a time."""

    def __init__(self) -> None:
        kept = inherited()
        self.owner = os.getpid()
        orders, self._orders = os.pipe()
        self._replies, replies = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            COMMAND,
            cwd="/",
            env={name: kept[name] for name in PASSED_ON if name in kept} | ALONE,
            stdin=orders,
            stdout=replies,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(orders)
        os.close(replies)
        atexit.register(self.end)

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any] | None:
        """The reply; None from a warden that has ended, as one does that had nothing to do for a while.

        Raises
        ------
        CodeError
            The warden does not answer in time: it and its inmates are ended.
        """
        try:
            data = memoryview(json.dumps(order).encode() + b"\n")
            while data:
                data = data[os.write(self._orders, data) :]
        except BrokenPipeError:
            return None
        line = self._line(time.monotonic() + float(order["seconds"]) + PATIENCE)
        return None if not line else dict(json.loads(line))

    def _line(self, deadline: float) -> bytes:
        said = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._replies, selectors.EVENT_READ)
            while not said.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.end()
                    raise CodeError("The process that guards code of model folders does not answer; it was ended.")
                if not (piece := os.read(self._replies, PIECE)):
                    return b""
                said += piece
        return bytes(said)

    def end(self) -> None:
        """End the process with all that it guards, and leave nothing of it here."""
        if self.owner != os.getpid():
            return  # a copy of this process, which has not started the warden
        for inmate in self._inmates():
            with suppress(psutil.Error):
                inmate.kill()
        self._process.kill()
        os.close(self._orders)
        os.close(self._replies)
        self._process.wait()
        atexit.unregister(self.end)

    def _inmates(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.Error:
            return []


_lock = threading.Lock()
_held: list[Warden] = []


def ask(order: Mapping[str, Any]) -> dict[str, Any]:
    """The reply of this process's warden, which is started if there is none.

    Raises
    ------
    CodeError
        It does not answer, or ended twice: user code can do that only where the kernel does not guard it.
    """
    with _lock:
        for _ in range(2):
            if _held and _held[0].owner != os.getpid():
                _held.clear()  # this process is a fork, and the warden its parent's
            if not _held:
                _held.append(Warden())
            if (reply := _held[0].ask(order)) is not None:
                return reply
            _held.pop().end()
    raise CodeError(f"{order['shown']}: the process that guards its code ended before it answered, twice.")
