"""A small model with data: what the tests of training and of everything after it start from."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evergreen.core.digest import sha256
from evergreen.core.settings import settings
from evergreen.journal.signing import Keyring, Signer, Trust
from evergreen.records.interval import Interval
from evergreen.records.run import Run, Way
from evergreen.records.snapshot import Column, Part, Snapshot, Source
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_tracker import MemoryTracker

RECIPE = """
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder


def build(*, max_iter, learning_rate):
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer((encoder, ["carrier"]), remainder="passthrough")
    return make_pipeline(columns, HistGradientBoostingClassifier(max_iter=max_iter, learning_rate=learning_rate))
"""


def _spec(**changes: Any) -> ModelSpec:
    content: dict[str, Any] = {
        "version": 1,
        "name": "small",
        "owner": {"name": "Tests", "email": "tests@example.com"},
        "purpose": "Tests what a training does.",
        "task": "binary",
        "source": {"kind": "objects"},
        "columns": {
            "event_time": "at",
            "keys": ["id"],
            "label": {"column": "late", "positive": 1, "nullable": True},
            "features": {"numeric": ["distance", "wind"], "categorical": ["carrier"]},
        },
        "training": {
            "window": {"kind": "sliding", "length": "30d"},
            "hyperparameters": {
                "max_iter": {"default": 4, "low": 1, "high": 100},
                "learning_rate": {"default": 0.5, "low": 0.001, "high": 1.0},
            },
            "seed": 7,
        },
        "gates": [{"rule": "minimum", "metric": "roc_auc", "at_least": 0.5}],
    }
    return ModelSpec.model_validate(content | changes)


@pytest.fixture
def small_spec() -> Callable[..., ModelSpec]:
    """Make the spec of two numeric features and a categorical one; keyword arguments replace top-level keys."""
    return _spec


@pytest.fixture
def write_recipe(tmp_path: Path) -> Callable[..., Path]:
    """Write a ``pipeline.py`` into a model folder and give the folder."""

    def written(source: str = RECIPE) -> Path:
        folder = tmp_path / "small"
        folder.mkdir(exist_ok=True)
        (folder / "pipeline.py").write_text(source, encoding="utf-8")
        return folder

    return written


START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 31, tzinfo=UTC)
CALIBRATION, TEST = datetime(2013, 1, 21, tzinfo=UTC), datetime(2013, 1, 26, tzinfo=UTC)


def small_table(rows: int = 600) -> pa.Table:
    """Flights over 30 days: far and windy ones tend to be late; a few labels, winds and carriers are missing."""
    draw = np.random.default_rng(0)
    distance, wind = draw.uniform(100, 3000, rows), draw.uniform(0, 40, rows)
    late = (distance / 3000 + wind / 40 + draw.normal(0, 0.3, rows) > 1).astype(np.int64)
    empty = draw.uniform(size=(3, rows)) < 0.03
    return pa.table({
        "id": np.arange(rows),
        "at": pa.array([START + i * (END - START) / rows for i in range(rows)], pa.timestamp("us", tz="UTC")),
        "distance": distance,
        "wind": pa.array(wind, mask=empty[0]),
        "carrier": pa.array(draw.choice(["AA", "DL", "UA"], rows), mask=empty[1]),
        "late": pa.array(late, mask=empty[2]),
    })  # fmt: skip


@dataclass(frozen=True)
class SmallWorld:
    """All that a training takes, but the folder."""

    spec: ModelSpec
    run: Run
    table: pa.Table
    snapshot: Snapshot
    split: Split
    store: MemoryStore
    tracker: MemoryTracker


@pytest.fixture
def work_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of this test alone: a work folder of its own, and one thread."""
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("EVERGREEN_THREADS", "1")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def small_world(work_settings: None) -> Callable[..., SmallWorld]:
    """Make a world from a table (by default `small_table`) and a spec (by default `small_spec`)."""
    return _world


def _world(*, table: pa.Table | None = None, spec: ModelSpec | None = None, nonce: str = "") -> SmallWorld:
    store, table = MemoryStore(), small_table() if table is None else table
    snapshot = _snapshot(store, table)
    return SmallWorld(
        spec=spec or _spec(),
        run=Run(model="small", run_id="r1", way=Way.MANUAL, as_of=END, asked_by="tests", reason="to see", nonce=nonce),
        table=table,
        snapshot=snapshot,
        split=Split(
            model="small",
            snapshot=snapshot.digest,
            as_of=END,
            train=_span(table, START, CALIBRATION),
            calibration=_span(table, CALIBRATION, TEST),
            test=_span(table, TEST, END),
            mature=_span(table, START, END),
            leakage={},
        ),
        store=store,
        tracker=MemoryTracker(),
    )


def _snapshot(store: MemoryStore, table: pa.Table) -> Snapshot:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    digest, window = sha256(buffer.getvalue()), Interval(start=START, end=END)
    store.put(f"small/parts/{digest}.parquet", buffer.getvalue())
    source = Source(key="raw", etag="1", size=1, interval=window, producer_run=None)
    part = Part(
        key=f"small/parts/{digest}.parquet", rows_sha256=digest, rows=len(table), bytes=1, events=window, source=source
    )
    return Snapshot(
        model="small",
        as_of=END,
        window=window,
        event_time="at",
        keys=("id",),
        columns=tuple(Column(name=field.name, type=str(field.type)) for field in table.schema),
        parts=(part,),
        rows=len(table),
        rows_sha256=digest,
    )


def _span(table: pa.Table, start: datetime, end: datetime) -> Span:
    inside = table.filter((pc.field("at") >= start) & (pc.field("at") < end))
    rows = len(inside) - inside["late"].null_count
    return Span(interval=Interval(start=start, end=end), rows=rows, label_rate=None, units=rows)


@pytest.fixture(scope="session")
def trust() -> Trust:
    """A throw-away key that signs, and whose signatures count."""
    signer = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    return Trust(signer=signer, keys=Keyring([signer.public]))
