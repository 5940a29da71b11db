"""The process between a task and user code: a fresh interpreter that forks one inmate per order and outlives it.

``python -I -m evergreen.jail.warden`` reads orders from its standard input and writes replies to its standard output, a
line of JSON each. It never runs user code itself. It adopts the orphans of its inmates, so that no process of theirs gets
away: those that outlive an inmate are counted and killed. It ends when its input ends, or after a while without an order.
"""

import base64
import json
import os
import selectors
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Self

import psutil

from evergreen.jail import inmate, landlock, seccomp
from evergreen.jail.kernel import adopt_orphans

GRACE = 2.0  # seconds between the alarm inside and the end from outside
IDLE = 120.0  # seconds without an order; a refit asks again after the evaluation
TICK = 0.01
PIECE = 1 << 16
MOST_ANSWER = 16 << 20
MOST_OUTPUT = 20_000
ORDERS = 0  # the descriptor of standard input


def main() -> None:
    """Serve orders until there are no more."""
    guards = _guards()
    for order in _orders():
        if order["returns"] == "skops":
            _import_libraries()
        reply = _supervise(order) | {"guards": guards}
        _write(json.dumps(reply).encode() + b"\n")


def _guards() -> list[str]:
    """What this system offers: an inmate whose jail cannot be closed with all of it does not begin."""
    held = landlock.version()
    offers = {f"Landlock {held}": held > 0, "seccomp": seccomp.offered(), "subreaper": adopt_orphans()}
    return [name for name, offered in offers.items() if offered]


def _import_libraries() -> None:
    """Once, for every inmate to come: seconds."""
    import sklearn.pipeline  # noqa: F401
    import skops.io  # noqa: F401


def _orders() -> Iterator[dict[str, Any]]:
    held = b""
    with selectors.DefaultSelector() as selector:
        selector.register(ORDERS, selectors.EVENT_READ)
        while selector.select(IDLE) and (piece := os.read(ORDERS, PIECE)):
            held += piece
            while b"\n" in held:
                line, _, held = held.partition(b"\n")
                yield json.loads(line)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def _supervise(order: dict[str, Any]) -> dict[str, Any]:
    answer, answer_end = os.pipe()
    output, output_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        inmate.serve(order, answer_end, output_end)
    os.close(answer_end)
    os.close(output_end)
    with _Ears(answer, output) as ears:
        status = _ended(pid, ears, time.monotonic() + order["seconds"] + GRACE)
        if ears.deserted:
            _clear()
            shutil.rmtree(os.path.dirname(order["code"]), ignore_errors=True)  # noqa: PTH120 (nobody else will)
            os._exit(0)
        left = _clear()
        ears.rest()
        return _reply(status, ears, left)


class _Ears:
    """What an inmate says on its two pipes, bounded; and whether the task has gone."""

    def __init__(self, answer: int, output: int) -> None:
        self.said = {answer: bytearray(), output: bytearray()}
        self.most = {answer: MOST_ANSWER, output: MOST_OUTPUT}
        self.answer, self.output, self.deserted, self.dropped = answer, output, False, 0
        self._selector = selectors.DefaultSelector()
        for descriptor in (answer, output, ORDERS):
            self._selector.register(descriptor, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        os.close(self.answer)
        os.close(self.output)

    def listen(self, seconds: float) -> bool:
        """Take in what there is; False when nothing came."""
        events = self._selector.select(seconds)
        for key, _ in events:
            piece = os.read(key.fd, PIECE)
            if key.fd == ORDERS:
                self.deserted = True  # a task asks nothing while it waits: its end of the pipe is closed
            if not piece or key.fd == ORDERS:
                self._selector.unregister(key.fd)
                continue
            kept = piece[: self.most[key.fd] - len(self.said[key.fd])]
            self.said[key.fd] += kept
            self.dropped += len(piece) - len(kept)
        return bool(events)

    def rest(self) -> None:
        """What is still in the pipes, whose other ends are all closed."""
        while self.listen(0):
            pass


def _ended(pid: int, ears: _Ears, deadline: float) -> int | None:
    """The inmate's exit status (negative for a signal); None when its time was over or its task has gone."""
    while time.monotonic() < deadline and not ears.deserted:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        ears.listen(TICK)
    return None


def _clear() -> int:
    """Kill every process that is left, and whatever it starts meanwhile; how many there were at first."""
    living = _living()
    count = len(living)
    while living:
        for process in living:
            with suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        living = _living()
    _reap()
    return count


def _living() -> list[psutil.Process]:
    _reap()
    found = psutil.Process().children(recursive=True)
    return [process for process in found if _alive(process)]


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _reply(status: int | None, ears: _Ears, left: int) -> dict[str, Any]:
    printed = ears.said[ears.output].decode(errors="replace")
    reply: dict[str, Any] = {"status": status, "left": left, "output": printed, "dropped": ears.dropped}
    with suppress(ValueError):
        said = json.loads(ears.said[ears.answer])
        if isinstance(said, dict):
            reply |= {name: str(said[name]) for name in ("fault", "result") if name in said}
    with suppress(ValueError, KeyError):
        base64.b64decode(reply["result"], validate=True)
        return reply
    reply.pop("result", None)
    return reply


if __name__ == "__main__":
    main()
