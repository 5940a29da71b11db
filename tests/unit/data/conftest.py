"""Snapshots of small tables, for the tests of this folder."""

import hashlib
import io
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.data.landing import Landing

from evergreen.core.settings import settings
from evergreen.records.interval import Interval
from evergreen.records.snapshot import Column, Part, Snapshot, Source
from evergreen.stores.memory import MemoryStore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Great Expectations imports a module that Python deprecates
    import great_expectations  # noqa: F401

START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)
WINDOW = Interval(start=START, end=END)


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def landing() -> Landing:
    """An empty bucket to land raw objects in."""
    return Landing()


@pytest.fixture(scope="session")
def stored() -> Callable[..., Snapshot]:
    """Put tables into a store as the parts of one snapshot."""
    return _stored


def _stored(
    store: MemoryStore, tables: list[pa.Table], *, window: Interval = WINDOW, rows: int | None = None
) -> Snapshot:
    """A snapshot whose parts hold the tables; event time is ``at``, the key ``id``."""
    columns = tuple(Column(name=field.name, type=str(field.type)) for field in tables[0].schema) if tables else ()
    return Snapshot(
        model="flights",
        as_of=window.end,
        window=window,
        event_time="at",
        keys=("id",),
        columns=columns or (Column(name="id", type="int64"), Column(name="at", type="timestamp[us, tz=UTC]")),
        parts=tuple(_part(store, table, window) for table in tables),
        rows=sum(table.num_rows for table in tables) if rows is None else rows,
        rows_sha256="0" * 64,
    )


def _part(store: MemoryStore, table: pa.Table, window: Interval) -> Part:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    store.put(f"flights/parts/{digest}.parquet", data)
    source = Source(key="raw", etag="1", size=len(data), interval=window, producer_run=None)
    return Part(
        key=f"flights/parts/{digest}.parquet",
        rows_sha256=digest,
        rows=table.num_rows,
        bytes=len(data),
        events=window if table.num_rows else None,
        source=source,
    )
