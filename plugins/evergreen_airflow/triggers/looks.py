"""Looks: what all triggers of a process ask of the store, through one client and a few threads."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from evergreen.core.errors import EvergreenError

if TYPE_CHECKING:
    from evergreen.stores.ports import ObjectStore

THREADS = 4
LONGEST_SILENCE = 60.0
"""Seconds for which nothing is asked of a store that did not answer, at most; they begin with one and double."""

log = logging.getLogger(__name__)


class Looks:
    """Asks the store without blocking the event loop. An outage is logged once, and waited out by all together.

    Whatever the store's answer is but an answer (wrong keys, a missing bucket) counts as an outage: who waits has
    nothing better to do than to wait on.

    Parameters
    ----------
    opened
        Opens the store, in a thread: that takes a second the first time.
    """

    def __init__(self, opened: "Callable[[], ObjectStore]") -> None:
        self._opened = opened
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="evergreen-looks")
        self._lock = Lock()
        self._store: ObjectStore | None = None
        self._failures = 0
        self._silent_until = 0.0

    async def look(self, at: "Callable[[ObjectStore], bool]") -> bool:
        """Whether ``at`` says yes of the store; no while the store does not answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._ask, at)

    def _ask(self, at: "Callable[[ObjectStore], bool]") -> bool:
        if time.monotonic() < self._silent_until:
            return False
        try:
            found = at(self._open())
        except EvergreenError as error:
            self._failed(error)
            return False
        self._answered()
        return found

    def _open(self) -> "ObjectStore":
        with self._lock:
            if self._store is None:
                self._store = self._opened()
            return self._store

    def _failed(self, error: EvergreenError) -> None:
        """Of looks that failed together the first counts."""
        with self._lock:
            if time.monotonic() < self._silent_until:
                return
            if not self._failures:
                log.error("Waiting goes on without the store: %s", error)
            self._silent_until = time.monotonic() + min(LONGEST_SILENCE, 2.0**self._failures)
            self._failures += 1

    def _answered(self) -> None:
        with self._lock:
            if self._failures:
                log.warning("The store answers again.")
                self._failures = 0


@cache
def looks() -> Looks:
    """Those of this process, on the store that its settings name."""
    return Looks(_open)


def _open() -> "ObjectStore":
    from evergreen.core.settings import settings
    from evergreen.stores.s3 import open_store

    return open_store(settings())
