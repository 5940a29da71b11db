"""Landing: a bucket with raw objects of the model ``trips``, as its own pipelines would land them."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from evergreen.data.snapshot import snapshot
from evergreen.records.run import Run, Way
from evergreen.records.snapshot import Snapshot
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore

JANUARY, FEBRUARY, MARCH, APRIL = (datetime(2013, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))


def spec_of(*, task: str = "binary", source: Any = None, columns: Any = None, **training: Any) -> ModelSpec:
    """The spec of ``trips``; ``columns`` and ``training`` replace keys of those parts."""
    label = {
        "binary": {"column": "late", "positive": 1},
        "multiclass": {"column": "late"},
        "regression": {"column": "late"},
    }
    gate = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "mae"}
    return ModelSpec.model_validate({
        "version": 1,
        "name": "trips",
        "owner": {"name": "Tests", "email": "tests@example.com"},
        "purpose": "Tests of what happens to raw data.",
        "task": task,
        "source": source or {"kind": "objects"},
        "columns": {
            "event_time": "at",
            "keys": ["trip"],
            "label": label[task],
            "features": {"numeric": ["distance"], "categorical": ["carrier"]},
        }
        | (columns or {}),
        "training": {
            "window": {"kind": "expanding", "start": "2013-01-01"},
            "split": {"test": "7d", "min_rows": 10},
        }
        | training,
        "gates": [{"rule": "better_than_baseline", "metric": gate[task]}],
    })  # fmt: skip


def trips(start: datetime, end: datetime, rows: int = 100, **columns: Any) -> pa.Table:
    """``rows`` trips spread evenly over an interval; ``columns`` replaces or adds columns."""
    step = (end - start) / rows
    at = [start + number * step for number in range(rows)]
    table = {
        "trip": pa.array([f"{start:%m%d}-{number}" for number in range(rows)]),
        "at": pa.array(at, pa.timestamp("us", tz="UTC")),
        "distance": pa.array([float(number * 7 % 13) for number in range(rows)]),
        "carrier": pa.array([("AA", "DL", "UA")[number % 3] for number in range(rows)]),
        "late": pa.array([number * 5 % 7 % 2 for number in range(rows)], pa.int64()),
    }
    return pa.table(table | {name: value for name, value in columns.items() if value is not None})


class Landing:
    """Raw objects, and the snapshots that runs take of them."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    def months(self, count: int, **columns: Any) -> None:
        """Land the first months of 2013, a hundred trips each."""
        for start, end in ((JANUARY, FEBRUARY), (FEBRUARY, MARCH), (MARCH, APRIL))[:count]:
            self.land(start, end, trips(start, end, **columns))

    def land(self, start: datetime, end: datetime, data: pa.Table | bytes, **parquet: Any) -> str:
        """Land a table, or bytes, under the interval's key; ``name`` is the file's, the rest are options of the writer."""
        key = f"trips/raw/start={start:%Y-%m-%d}/end={end:%Y-%m-%d}/{parquet.pop('name', 'trips.parquet')}"
        self.store.put(
            key, data if isinstance(data, bytes) else parquet_of(data, **parquet), metadata={"producer-run": "p1"}
        )
        return key

    def snapshot(
        self, as_of: datetime, *, spec: ModelSpec | None = None, window: timedelta | None = None, **more: Any
    ) -> Snapshot:
        """The snapshot of a run at ``as_of``."""
        return snapshot(spec or spec_of(), run_at(as_of, window), self.store, **more)

    def keys(self, folder: str) -> list[str]:
        """Keys below a folder of the model."""
        return [info.key for info in self.store.list(f"trips/{folder}")]


def run_at(as_of: datetime, window: timedelta | None = None) -> Run:
    """A manual run."""
    return Run(
        model="trips", run_id="r1", way=Way.MANUAL, as_of=as_of, asked_by="tests", reason="to see", window=window
    )


def parquet_of(table: pa.Table, **options: Any) -> bytes:
    """A table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def csv_of(table: pa.Table) -> bytes:
    """A table as the bytes of a CSV file."""
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(table, buffer)
    return buffer.getvalue()
