"""A model whose retrainings a person confirms, when monitoring has found that its champion is old."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tests.house import END, retrain_here

from evergreen.core.clock import frozen
from evergreen.flows import release
from evergreen.flows.score import score
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import RequestStatus
from evergreen.records.interval import Interval

DAY = timedelta(days=1)
REQUEST = f"monitor-{END + 2 * DAY:%Y%m%dT%H%MZ}-v"
ASKED = {
    "enabled": False,
    "window": "7d",
    "rules": [{"rule": "age", "above": "1d", "then": "retrain"}],
    "retraining": {"min_new_labels": 0, "confirm": "required", "confirmers": ["ada"]},
}


@dataclass
class Desk:
    """A model whose retrainings ada confirms, and the run that asks her."""

    house: Any
    ws: Workspace
    request: str

    @property
    def dag(self) -> str:
        return f"confirm__{self.ws.model}"

    @property
    def run(self) -> str:
        return f"confirm__{self.request}"

    @property
    def status(self) -> RequestStatus:
        """How far the request came."""
        return self.ws.journal.state().requests[self.request]

    def look(self, run_id: str) -> Any:
        """A run of monitoring, two days after the champion's newest row."""
        assert self.house.trigger(f"monitor__{self.ws.model}", run_id, as_of=(END + 2 * DAY).isoformat()).is_success
        return self.house.finished(f"monitor__{self.ws.model}", run_id)

    def task(self, task: str) -> str:
        """A task of the run that asks."""
        return f"/api/v2/dags/{self.dag}/dagRuns/{self.run}/taskInstances/{task}"

    def question(self) -> dict[str, Any]:
        """What is asked, when it waits."""

        def waits() -> bool:
            seen = self.house.seen(self.dag, self.run)
            return seen is not None and seen.states.get("ask") == "awaiting_input"

        self.house.wait(f"{self.run} to ask", waits)
        found: dict[str, Any] = self.house.stack.api("GET", f"{self.task('ask')}/-1/hitlDetails").json()
        return found


def _rows() -> bytes:
    """Two days of rows after those that the champion knows."""
    draw, rows = np.random.default_rng(1), 100
    moments = [END + i * 2 * DAY / rows for i in range(rows)]
    buffer = io.BytesIO()
    pq.write_table(
        pa.table(
            {
                "id": np.arange(10_000, 10_000 + rows),
                "at": pa.array(moments, pa.timestamp("us", tz="UTC")),
                "distance": draw.uniform(100, 3000, rows),
                "wind": draw.uniform(0, 40, rows),
                "late": np.arange(rows) % 2,
            }
        ),
        buffer,
    )
    return buffer.getvalue()


def open_desk(house: Any, drop: Callable[..., Workspace], model: str) -> Desk:
    """A champion that has answered for two days, and whose age is a finding."""
    ws = drop(model, monitoring=ASKED)
    version = retrain_here(ws, "first")
    for step in (release.approve, release.release, release.promote):
        step(ws, "first")
    until = END + 2 * DAY
    ws.store.put(f"{model}/raw/start={END:%Y-%m-%d}/end={until:%Y-%m-%d}/events.parquet", _rows())
    with frozen(until):
        assert score(ws, Interval(start=END, end=until)) == 100
    house.unpause(f"monitor__{model}")
    house.parsed(f"confirm__{model}")
    return Desk(house, ws, f"{REQUEST}{version}")
