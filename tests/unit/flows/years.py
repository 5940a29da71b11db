"""A small year: forty rows a day, whose world may change, and replays of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.replay import Replay
from evergreen.flows.year import Year
from evergreen.records.interval import Interval
from evergreen.spec.model import ModelSpec

from .conftest import SUITE, TRAINING

JANUARY, FEBRUARY, CHANGE, END = (datetime(2013, m, d, tzinfo=UTC) for m, d in ((1, 1), (2, 1), (2, 8), (2, 16)))
DAY = timedelta(days=1)
DAYS = (END - JANUARY) // DAY
A_DAY = 40
WATCH: dict[str, Any] = {
    "window": "7d",
    "drift": {"min_rows": 50, "min_units": 5},
    "rules": [{"rule": "drift", "above": 0.2, "then": "retrain", "windows": {"fired": 2, "of": 3}}],
    "retraining": {"cooldown": "14d", "min_new_labels": 0.1, "min_growth": 1.0},
}
GATES = [{"rule": "not_worse_than_champion", "metric": "roc_auc", "margin": 0.05}]


def rows(days: int, change: datetime | None) -> pa.Table:
    """Forty rows a day; from ``change`` on another wind blows, and it makes late instead of early."""
    draw, count = np.random.default_rng(0), A_DAY * days
    at = [JANUARY + i * DAY / A_DAY for i in range(count)]
    after = np.array([change is not None and moment >= change for moment in at])
    wind, distance = draw.uniform(0, 40, count) + 30 * after, draw.uniform(100, 3000, count)
    pull = np.where(after, (wind - 50) / 20, (20 - wind) / 20)
    late = pull + distance / 6000 + draw.normal(0, 0.3, count) > 0.25
    return pa.table({
        "id": [str(i) for i in range(count)],
        "at": pa.array(at, pa.timestamp("us", tz="UTC")),
        "distance": distance,
        "wind": wind,
        "carrier": draw.choice(["AA", "DL", "UA"], count),
        "late": pa.array(late.astype(np.int64), mask=draw.uniform(size=count) < 0.03),
    })  # fmt: skip


@dataclass
class Small:
    """Makes replays of small years."""

    spec: ModelSpec
    folder: Path

    def replay(self, year: Year) -> Replay:
        ws = in_memory(self.spec, self.folder)
        first = Interval(start=JANUARY, end=FEBRUARY + timedelta(hours=6))
        return Replay(ws=ws, year=year, platform=InProcess(ws), first=first, until=END)

    def year(self, change: datetime | None, days: int = DAYS) -> Year:
        return Year(self.spec, rows(days, change))


@pytest.fixture
def small(work_settings: None, small_spec: Callable[..., ModelSpec], write_recipe: Callable[..., Path]) -> Small:
    folder = write_recipe()
    (folder / "expectations.yaml").write_text(SUITE)
    training = TRAINING | {"refit": {"min_correlation": -1, "max_shift": 1}}  # the gated model knows no other wind
    return Small(small_spec(training=training, gates=GATES, monitoring=WATCH), folder)
