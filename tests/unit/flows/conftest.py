"""A workspace whose stores are in memory: a landed month of small flights, a recipe and a suite."""

import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.stores.filled import filled

from evergreen.flows import chain, release
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.records.run import Run, Way
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.memory_tracker import MemoryTracker

START, FEBRUARY = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)
SUITE = """
version: 1
expectations:
  - type: expect_table_row_count_to_be_between
    severity: critical
    kwargs: {min_value: 500}
"""
TRAINING = {
    "window": {"kind": "expanding", "start": "2013-01-01"},
    "split": {"test": "8d", "sampling_unit": "day", "min_rows": 50},
    "hyperparameters": {
        "max_iter": {"default": 10, "low": 1, "high": 100},
        "learning_rate": {"default": 0.1, "low": 0.001, "high": 1.0},
    },
}


class MemoryMlflow(MemoryTracker, MemoryRegistry):
    """Both halves of MLflow; the registry finds the model files that the tracker stored."""

    def __init__(self) -> None:
        MemoryRegistry.__init__(self)
        MemoryTracker.__init__(self)
        self.files = self.models


@dataclass
class Place:
    """A workspace, and what its tests do to it."""

    ws: Workspace

    def land(self, month: int, *, rows: int = 900, slope: float = 1.0) -> None:
        """Land a month of rows whose label depends on the features by ``slope``."""
        first = datetime(2013, month, 1, tzinfo=UTC)
        last = datetime(2013, month + 1, 1, tzinfo=UTC)
        buffer = io.BytesIO()
        pq.write_table(_table(first, last, rows, slope), buffer)
        key = f"small/raw/start={first:%Y-%m-%d}/end={last:%Y-%m-%d}/rows.parquet"
        self.ws.store.put(key, buffer.getvalue())

    def demand(self, *, margin: float) -> None:
        """Set how far below the champion a challenger may be."""
        gates = [{"rule": "not_worse_than_champion", "metric": "roc_auc", "margin": margin}]
        spec = self.ws.spec.model_validate(self.ws.spec.model_dump() | {"gates": gates})
        self.ws = replace(self.ws, spec=spec)

    def bound(self, *, min_correlation: float) -> None:
        """Set how alike the gated and the refitted model must be."""
        training = self.ws.spec.training
        refit = training.refit.model_copy(update={"min_correlation": min_correlation})
        training = training.model_copy(update={"refit": refit})
        self.ws = replace(self.ws, spec=self.ws.spec.model_copy(update={"training": training}))

    def run(self, run_id: str, as_of: datetime, **asked: Any) -> Run:
        """What a person would ask for."""
        base: dict[str, Any] = {"way": Way.MANUAL, "asked_by": "ada", "reason": "to see"}
        return Run(model="small", run_id=run_id, as_of=as_of, **(base | asked))


def _table(first: datetime, last: datetime, rows: int, slope: float) -> pa.Table:
    draw = np.random.default_rng(first.month)
    distance, wind = draw.uniform(100, 3000, rows), draw.uniform(0, 40, rows)
    late = slope * (distance / 3000 + wind / 40 - 1) + draw.normal(0, 0.3, rows) > 0
    step: timedelta = (last - first) / rows
    return pa.table({
        "id": [f"{first.month}-{i}" for i in range(rows)],
        "at": pa.array([first + i * step for i in range(rows)], pa.timestamp("us", tz="UTC")),
        "distance": distance,
        "wind": wind,
        "carrier": draw.choice(["AA", "DL", "UA"], rows),
        "late": late.astype(np.int64),
    })  # fmt: skip


@pytest.fixture
def place(work_settings: None, small_spec: Callable[..., ModelSpec], write_recipe: Callable[..., Path]) -> Place:
    """January is landed; `Run` as of 1 February is the first that can be made."""
    folder, store = write_recipe(), MemoryStore()
    (folder / "expectations.yaml").write_text(SUITE)
    gates = [
        {"rule": "minimum", "metric": "roc_auc", "at_least": 0.6},
        {"rule": "not_worse_than_champion", "metric": "roc_auc", "margin": 0.05},
    ]
    spec = small_spec(training=TRAINING, gates=gates)
    place = Place(
        Workspace(spec=spec, folder=folder, store=store, registry=MemoryMlflow(), journal=Journal(store, "small"))
    )
    place.land(1)
    return place


Once = Callable[[Place, str, Callable[[Place], object]], Place]


@pytest.fixture(scope="session")
def once() -> Once:
    """Do something slow to a place when it is asked for by its name first; every asker gets a copy of what it left."""
    kept: dict[str, Workspace] = {}

    def done(place: Place, name: str, act: Callable[[Place], object]) -> Place:
        if name not in kept:
            act(place)
            kept[name] = place.ws
        place.ws = _copy(kept[name], place.ws.folder)
        return place

    return done


def _copy(ws: Workspace, folder: Path) -> Workspace:
    assert isinstance(ws.store, MemoryStore)
    store, mlflow = filled(MemoryStore(), ws.store), MemoryMlflow()
    vars(mlflow).update(deepcopy({k: v for k, v in vars(ws.registry).items() if k != "_numbers"}))
    mlflow._numbers = count(1_000)  # an iterator: it cannot be copied
    return replace(ws, folder=folder, store=store, registry=mlflow, journal=Journal(store, ws.model))


@pytest.fixture
def trained(place: Place, once: Once) -> Place:
    """The challenger of the run ``first`` waits: version 1 is the gated recipe of January, version 2 its refit."""
    return once(place, "trained", lambda place: chain.retrain(place.ws, place.run("first", FEBRUARY)))


@pytest.fixture
def reigning(trained: Place, once: Once) -> Place:
    """That challenger is champion."""
    return once(trained, "reigning", lambda place: promote(place, "first"))


def promote(place: Place, run_id: str) -> None:
    """Let the challenger of a run become champion."""
    for step in (release.approve, release.release, release.promote):
        step(place.ws, run_id)
