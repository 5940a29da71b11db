"""DriftTrigger: waits for a request in a journal, for raw objects, or for a moment."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from evergreen.core.clock import now
from evergreen_airflow.triggers.looks import looks

if TYPE_CHECKING:
    from evergreen.stores.ports import ObjectStore

EVERY = 10.0
"""Seconds between two looks into a journal."""
RAW = 6
"""Raw objects are listed at each so many-th of these looks: once a minute."""


class DriftTrigger(BaseTrigger):
    """Fires once, on the edge, and says what has come: ``request``, ``raw`` or ``time``.

    Its arguments are all that counts: whichever triggerer it is given to reads on from there and misses nothing. It
    promises no request that can be served, only that a look is worth while.

    Parameters
    ----------
    until
        When to fire without news, in ISO format.
    sequence
        The journal's head; None: only the moment is waited for.
    raw, seen
        A prefix in the store, and the digest of what lay there; empty where raw objects are not waited for.
    """

    def __init__(self, *, model: str, until: str, sequence: int | None = None, raw: str = "", seen: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's
        self.model, self.until, self.sequence, self.raw, self.seen = model, until, sequence, raw, seen
        self._read = sequence or 0

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments, none of them a secret."""
        names = ("model", "until", "sequence", "raw", "seen")
        return f"{__name__}.{type(self).__name__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and fire."""
        yield TriggerEvent({"woken_by": await self._woken()})  # type: ignore[no-untyped-call]  # Airflow's

    async def _woken(self) -> str:
        """The first look comes soon, for much may have happened on the way here; looks of many triggers spread."""
        until, pause, count = datetime.fromisoformat(self.until), random.uniform(0, EVERY), 0  # noqa: S311 (jitter)
        while (left := (until - now()).total_seconds()) > 0:
            await asyncio.sleep(left if self.sequence is None else min(left, pause))
            if self.sequence is not None and await looks().look(self._asked):
                return "request"
            if self.raw and count % RAW == 0 and await looks().look(self._landed):
                return "raw"
            pause, count = random.uniform(0.8, 1.2) * EVERY, count + 1  # noqa: S311 (jitter)
        return "time"

    def _asked(self, store: "ObjectStore") -> bool:
        from evergreen.flows.news import read_on

        self._read, found = read_on(store, self.model, self._read)
        return found

    def _landed(self, store: "ObjectStore") -> bool:
        from evergreen.flows.news import raw_digest

        return raw_digest(store, self.raw) != self.seen
