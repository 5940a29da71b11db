"""What a piece of work costs: time, memory, money."""

import os
import resource
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from evergreen.records.candidate import Cost

SECONDS_PER_HOUR = 3_600


class Meter:
    """Measures the block under it.

    CPU seconds are user and system time of this process with all its threads, and of children that ended. Peak memory
    is the kernel's own high-water mark of this process's resident memory (``VmHWM``), set back when the block starts:
    it holds what was resident before, such as the rows, and no child processes. Where it cannot be set back (other
    systems than Linux, a read-only /proc) it is the mark since the process started.
    """

    def __enter__(self) -> Self:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._wall, self._cpu = time.perf_counter(), _cpu()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wall, self._cpu = time.perf_counter() - self._wall, _cpu() - self._cpu
        self._peak = _peak()

    def cost(self, rate: float, iterations: int | None) -> Cost:
        """The reading, with ``rate`` in currency units per CPU hour."""
        return Cost(
            wall_seconds=round(self._wall, 6),
            cpu_seconds=round(self._cpu, 6),
            peak_memory_bytes=self._peak,
            iterations=iterations,
            cost=self._cpu / SECONDS_PER_HOUR * rate,
        )


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _peak() -> int:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
