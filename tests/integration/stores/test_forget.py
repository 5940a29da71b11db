"""Forgetting on a real server whose bucket keeps every version, under Object Lock, while data lands."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from tests.integration.stores.conftest import Weed
from tests.unit.data.landing import FEBRUARY, JANUARY, MARCH, Landing, parquet_of, spec_of, trips

from evergreen.core.settings import settings
from evergreen.flows.forget import forget
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.s3 import S3Store, open_store

pytestmark = pytest.mark.integration

WHO = "0101-17"
RAW = "trips/raw/start=2013-01-01/end=2013-02-01/trips.parquet"


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def landing(weed: Weed) -> Landing:
    """A month that was corrected once, another one, and a snapshot of both, in a bucket of their own."""
    landing, store = Landing(), open_store(weed.settings(bucket=f"forget-{uuid4().hex[:8]}"))
    store.create_bucket()
    landing.store = store  # type: ignore[assignment]
    for rows in (20, 25):
        landing.land(JANUARY, FEBRUARY, trips(JANUARY, FEBRUARY, rows=rows))
    landing.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH, rows=20))
    landing.snapshot(MARCH)
    return landing


def _forget(store: Any) -> None:
    journal, registry = Journal(store, "trips"), MemoryRegistry()
    ws = Workspace(spec=spec_of(), folder=Path(), store=store, registry=registry, journal=journal)  # type: ignore[arg-type]
    assert forget(ws, {"trip": WHO}, by="ada", reason="asked to") is not None


def _holding(store: S3Store) -> list[str]:
    """The objects of the bucket with a version that says who it was."""
    live = [version for version in store.versions("") if not version.deleted]
    return [v.key for v in live if _says(store.get_version(v.key, v.version))]


def _says(data: bytes) -> bool:
    return WHO in _trips(data) if data.startswith(b"PAR1") else WHO.encode() in data


def _trips(data: bytes) -> list[str]:
    rows: list[str] = pq.read_table(io.BytesIO(data), columns=["trip"])["trip"].to_pylist()
    return rows


def test_no_version_of_any_object_holds_the_rows(landing: Landing) -> None:
    store: Any = landing.store
    assert len(_holding(store)) == 3  # both versions of the raw object, and a part
    _forget(store)
    assert _holding(store) == []
    assert _trips(store.get(RAW)) == [f"0101-{n}" for n in range(25) if n != 17]
    assert store.head(RAW).metadata == {"producer-run": "p1"}
    landing.snapshot(MARCH)


def test_what_is_landed_at_that_very_moment_is_kept(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = landing.store
    replace, landed = store.replace, parquet_of(trips(JANUARY, FEBRUARY, rows=30))

    def meanwhile(key: str, *args: Any, **named: Any) -> Any:
        if key == RAW:
            monkeypatch.setattr(store, "replace", replace)
            store.put(key, landed)
        return replace(key, *args, **named)

    monkeypatch.setattr(store, "replace", meanwhile)
    _forget(store)
    assert _trips(store.get(RAW)) == [f"0101-{n}" for n in range(30) if n != 17]
    assert _holding(store) == []
