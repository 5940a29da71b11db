"""Parts: raw rows become an immutable Parquet file, named by the digest of its rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.digest import digest_of
from evergreen.core.errors import NotFound
from evergreen.data.findings import Findings
from evergreen.data.raw import RawStream
from evergreen.data.rowdigest import VERSION, RowDigest
from evergreen.records.base import Record
from evergreen.records.snapshot import Column, Part, Source
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

ROW_GROUP = 65_536
DICTIONARY_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class Ingested(Record):
    """A part and its columns, kept under the identity of the raw object that it was made of."""

    part: Part
    columns: tuple[Column, ...]


def recall(spec: ModelSpec, store: ObjectStore, key: str, etag: str) -> Ingested | None:
    """The part that an object with this key and ETag was turned into before, unless the part is gone."""
    try:
        known = Ingested.from_json(store.get(_source_key(spec, key, etag)))
        store.head(known.part.key)
    except NotFound:
        return None
    return known


def remember(spec: ModelSpec, store: ObjectStore, ingested: Ingested) -> None:
    """Keep what ``recall`` finds, once the part itself is in the store."""
    source = ingested.part.source
    store.put(_source_key(spec, source.key, source.etag), ingested.to_json())


def ingest(spec: ModelSpec, stream: RawStream, source: Source, scratch: Path, store: ObjectStore) -> Ingested | None:
    """Store the rows of a stream as a part; None when there are none.

    At most a row group and a batch are held. The part is written in full at ``scratch`` and appears in the store at
    once; one with the same rows that is there already stays as it is.

    Raises
    ------
    DataError
        Rows without an event time or key, outside the source's interval, or with an infinite number: nothing is stored.
    """
    digest, findings = RowDigest(), Findings(spec, source.interval)
    with part_writer(scratch, stream.schema) as writer:
        for group in row_groups(stream.batches, stream.schema):
            digest.update(group)
            findings.update(group)
            writer.write_table(group, row_group_size=ROW_GROUP)
    findings.refuse(stream.where)
    if not findings.rows:
        return None
    rows = digest.hexdigest()
    key = f"{spec.name}/parts/{rows}.parquet"
    # A query has no ETag of its own: the rows that it gave are its version.
    source = source if source.etag else replace(source, etag=rows)
    return Ingested(
        part=Part(
            key=key,
            rows_sha256=rows,
            rows=findings.rows,
            bytes=store_once(store, key, scratch),
            events=findings.events,
            source=source,
        ),
        columns=tuple(Column(name=field.name, type=str(field.type)) for field in stream.schema),
    )


def part_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer in the settings of every part, which are chosen for what is read again by each retraining.

    The digits of numbers with a fraction hardly compress, and to unpack them from zstd takes longer than all that is
    then done with them: they are LZ4, all else zstd. A dictionary that outgrows a processor's cache costs more than it
    saves.
    """
    codecs = {field.name: "lz4" if pa.types.is_floating(field.type) else "zstd" for field in schema}
    return pq.ParquetWriter(
        path,
        schema,
        compression=codecs,
        compression_level={name: 3 for name, codec in codecs.items() if codec == "zstd"},
        version="2.6",
        dictionary_pagesize_limit=DICTIONARY_BYTES,
    )


def row_groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of ``ROW_GROUP`` rows (the last one of fewer), however long the batches are.

    >>> schema = pa.schema([("n", pa.int64())])
    >>> batches = [pa.record_batch({"n": range(40_000)}) for _ in range(2)]
    >>> [table.num_rows for table in row_groups(batches, schema)]
    [65536, 14464]
    """
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        while rows >= ROW_GROUP:
            table = pa.Table.from_batches(held, schema)
            yield table.slice(0, ROW_GROUP)
            held, rows = table.slice(ROW_GROUP).to_batches(), rows - ROW_GROUP
    if rows:
        yield pa.Table.from_batches(held, schema)


def store_once(store: ObjectStore, key: str, path: Path) -> int:
    """Store a part unless it is there; gives its size in the store."""
    try:
        return store.head(key).size
    except NotFound:
        return store.put(key, path).size


def _source_key(spec: ModelSpec, key: str, etag: str) -> str:
    """Besides the object, what decides how it is read is part of the identity: a new column must be looked for."""
    reading = {
        "version": VERSION,
        "key": key,
        "etag": etag,
        "task": spec.task,
        "source": spec.source.model_dump(mode="json"),
        "columns": spec.columns.model_dump(mode="json"),
    }
    return f"{spec.name}/parts/sources/{digest_of(reading)}.json"
