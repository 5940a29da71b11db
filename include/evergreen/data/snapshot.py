"""From raw data to a snapshot: a manifest of immutable parts."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.digest import digest_of
from evergreen.core.errors import DataError, InputError, NotFound
from evergreen.core.settings import settings
from evergreen.data.columns import refuse_difference, refuse_wrong
from evergreen.data.parts import Ingested, ingest, recall, remember
from evergreen.data.query import open_query
from evergreen.data.raw import open_raw
from evergreen.data.scratch import scratch
from evergreen.data.sources import Connect, RawObject, months, raw_objects
from evergreen.data.window import window as window_of
from evergreen.records.interval import Interval
from evergreen.records.run import Run
from evergreen.records.snapshot import Column, Part, Snapshot, Source
from evergreen.spec.data import ObjectsSource, SqlSource
from evergreen.spec.model import ModelSpec
from evergreen.stores.cache import local_copy
from evergreen.stores.ports import ObjectStore

log = logging.getLogger(__name__)


def snapshot(spec: ModelSpec, run: Run, store: ObjectStore, *, connect: Connect | None = None) -> Snapshot:
    """Fix the rows of the run's training window, and store the manifest.

    A raw object that was turned into a part before is neither downloaded nor written again. The same raw data, spec and
    ``as_of`` give the same snapshot, whatever the size of batches and the number of attempts.

    Parameters
    ----------
    spec, run
        The model, and what the run was asked; the window ends at ``run.as_of``.
    store
        Where raw objects lie and parts go.
    connect
        For a SQL source: turns its connection id into a database URL.

    Raises
    ------
    DataError
        Raw data that is missing, broken, empty, or not what the spec says. No snapshot is stored then.
    """
    window = window_of(spec.training.window, run)
    pieces = _ingested(spec, window, store, connect)
    inside = [
        (piece, rows) for piece in pieces if (rows := rows_in(store, spec.columns.event_time, piece.part, window))
    ]
    if not inside:
        raise DataError(
            f"{spec.name}: no row has an event time from {window.start.isoformat()} to {window.end.isoformat()}. "
            "Land the data, or choose another as_of or window."
        )
    parts, columns = tuple(piece.part for piece, _ in inside), inside[0][0].columns
    record = Snapshot(
        model=spec.name,
        as_of=run.as_of,
        window=window,
        event_time=spec.columns.event_time,
        keys=spec.columns.keys,
        columns=columns,
        parts=parts,
        rows=sum(rows for _, rows in inside),
        rows_sha256=identity(window, columns, parts),
    )
    store.put(f"{spec.name}/snapshots/{record.digest}.json", record.to_json())
    return record


def identity(window: Interval, columns: tuple[Column, ...], parts: tuple[Part, ...]) -> str:
    """The digest that names the rows of a snapshot."""
    return digest_of(
        {
            "window": [window.start.isoformat(), window.end.isoformat()],
            "columns": {column.name: column.type for column in columns},
            "parts": [part.rows_sha256 for part in parts],
        }
    )


def _ingested(spec: ModelSpec, window: Interval, store: ObjectStore, connect: Connect | None) -> list[Ingested]:
    with scratch(spec.name) as folder:
        if isinstance(spec.source, SqlSource):
            pieces = list(_from_query(spec, spec.source, window, store, connect, folder))
        else:
            pieces = list(_from_objects(spec, spec.source, window, store, folder))
    for piece in pieces[1:]:
        where, other = (f"{spec.name}: {each.part.source.key}" for each in (piece, pieces[0]))
        refuse_difference(where, piece.columns, other, pieces[0].columns)
    return pieces


def _from_objects(
    spec: ModelSpec, source: ObjectsSource, window: Interval, store: ObjectStore, folder: Path
) -> Iterator[Ingested]:
    for raw in raw_objects(spec, source.prefix, window, store):
        known = recall(spec, store, raw.info.key, raw.info.etag)
        if known is None:
            known = _from_object(spec, raw, store, folder)
            remember(spec, store, known)
            log.info("%s: %s became %s, %d rows", spec.name, raw.info.key, known.part.key, known.part.rows)
        yield known


def _from_object(spec: ModelSpec, raw: RawObject, store: ObjectStore, folder: Path) -> Ingested:
    key, path = raw.info.key, folder / "raw"
    try:
        info = store.download(key, path)
    except NotFound:
        raise DataError(
            f"{spec.name}: {key} was listed and is gone. Land it again, and leave landed objects alone."
        ) from None
    stream = open_raw(spec, path, key)
    refuse_wrong(stream.where, spec, stream.schema)
    source = Source(
        key=key, etag=info.etag, size=info.size, interval=raw.interval, producer_run=info.metadata.get("producer-run")
    )
    made = ingest(spec, stream, source, folder / "part", store)
    if made is None:
        raise DataError(f"{stream.where} holds no row. Land it with its rows, or remove it if the interval had none.")
    return made


def _from_query(
    spec: ModelSpec, source: SqlSource, window: Interval, store: ObjectStore, connect: Connect | None, folder: Path
) -> Iterator[Ingested]:
    """One part for each month: as the window grows, months that did not change are the parts that are there already."""
    if connect is None:
        raise InputError(
            f"{spec.name}: the rows come from connection {source.connection!r}, and no connection was given."
        )
    with open_query(spec, source, connect(source.connection)) as ask:
        for month in months(window):
            stream = ask(month)
            refuse_wrong(stream.where, spec, stream.schema)
            origin = Source(key=f"sql:{source.connection}", etag="", size=0, interval=month, producer_run=None)
            if made := ingest(spec, stream, origin, folder / "part", store):
                yield made


def rows_in(store: ObjectStore, event_time: str, part: Part, window: Interval) -> int:
    """Rows of a part within the window; its event times are read only where the window cuts it."""
    events = part.events
    if events is None or events.start >= window.end or events.end <= window.start:
        return 0
    if window.start <= events.start and events.end <= window.end:
        return part.rows
    name, rows = event_time, 0
    with pq.ParquetFile(local_copy(store, part.key)) as file:
        for batch in file.iter_batches(batch_size=settings().batch_rows, columns=[name]):
            inside = pc.and_(pc.greater_equal(batch[name], window.start), pc.less(batch[name], window.end))
            rows += pc.sum(inside).as_py()
    return rows
