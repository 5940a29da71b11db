"""Tables of a log: held against their layout, written as Parquet, and read back."""

import io
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.errors import DataError, IntegrityError
from evergreen.records.logged import Kind, LoggedColumn
from evergreen.stores.cache import local_copy
from evergreen.stores.ports import ObjectStore

ROW_GROUP = 65_536
DICTIONARY_BYTES = 65_536
ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "category": pa.dictionary(pa.int32(), pa.string()),
    "integer": pa.int32(),
    "number": pa.float64(),
    "numbers": pa.list_(pa.float64()),
    "moment": pa.timestamp("us", tz="UTC"),
}
MOST_NAMED = 10
VERSION = "evergreen.schema_version"
REMEMBERED = 4_096
"""So many files are not asked again: those of some months by the hour."""


def conform(model: str, table: pa.Table, layout: Sequence[LoggedColumn]) -> pa.Table:
    """The columns of the layout, in its order, with one encoding for equal rows; NaN becomes null where nulls may be.

    Raises
    ------
    DataError
        A column that is missing, not of the layout, of another type, or null where it must not be: named with its count.
    """
    names = [column.name for column in layout]
    if lacking := [name for name in names if name not in table.column_names]:
        raise DataError(f"{model}: {len(lacking)} columns of the log are missing: {_some(lacking)}.")
    if strange := [name for name in table.column_names if name not in names]:
        raise DataError(f"{model}: {len(strange)} columns are not of the log: {_some(strange)}. Leave them out.")
    columns = [_column(model, column, table[column.name]) for column in layout]
    return pa.table(columns, schema=arrow_schema(layout))


def arrow_schema(layout: Sequence[LoggedColumn]) -> pa.Schema:
    """The layout as Arrow says it."""
    return pa.schema([pa.field(c.name, ARROW[c.kind], nullable=c.nullable) for c in layout])


def compact(table: pa.Table) -> pa.Table:
    """The same rows, with dictionaries of the categories that occur in them only."""
    columns = [
        column.cast(pa.string()).combine_chunks().dictionary_encode() if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, schema=table.schema)


def parquet_of(table: pa.Table, metadata: dict[str, str]) -> bytes:
    """A Parquet file of these rows: equal rows and metadata give equal bytes, from one version of pyarrow.

    Numbers with a fraction hardly compress and are LZ4, all else is zstd.
    """
    codecs = {f.name: "lz4" if pa.types.is_floating(f.type) else "zstd" for f in table.schema}
    buffer = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata(metadata),
        buffer,
        row_group_size=ROW_GROUP,
        compression=codecs,
        version="2.6",
        dictionary_pagesize_limit=DICTIONARY_BYTES,
    )
    return buffer.getvalue()


def metadata_of(record: str, version: int, classes: Sequence[str] = ()) -> dict[str, str]:
    """What a file of a log says of itself."""
    said = {"evergreen.record": record, VERSION: str(version)}
    return said | ({"evergreen.classes": json.dumps(list(classes))} if classes else {})


def readable(store: ObjectStore, key: str, version: int) -> Path:
    """A local copy of a file of a log; read-only.

    Raises
    ------
    NotFound
        It is gone.
    IntegrityError
        It says that its layout is newer than ``version``.
    """
    path = local_copy(store, key)
    said = int((schema_of(path).metadata or {}).get(VERSION.encode(), b"0"))
    if said > version:
        raise IntegrityError(f"{key} is of version {said}; this release reads up to {version}. Upgrade Evergreen.")
    return path


@lru_cache(maxsize=REMEMBERED)
def schema_of(path: Path) -> pa.Schema:
    """What a local copy of a file of a log says of itself; its content never changes."""
    return pq.read_schema(path)


def firsts(ids: pa.ChunkedArray) -> np.ndarray:
    """Where each id stands for the first time, in order.

    >>> firsts(pa.chunked_array([["a", "b"], ["a", "c"]]))
    array([0, 1, 3])
    """
    codes = pc.dictionary_encode(ids).combine_chunks().indices.to_numpy()
    return np.sort(np.unique(codes, return_index=True)[1])


def _column(model: str, column: LoggedColumn, values: pa.ChunkedArray) -> pa.Array:
    wanted = ARROW[column.kind]
    if not _fits(column.kind, values.type):
        raise DataError(
            f"{model}: column {column.name!r} of {len(values)} rows holds {values.type}; the log takes {wanted}."
        )
    if column.kind in ("text", "category"):
        values = values.cast(pa.string())
    array = values.cast(wanted if column.kind != "category" else pa.string()).combine_chunks()
    if column.kind == "number" and column.nullable:
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    if not column.nullable and array.null_count:
        raise DataError(f"{model}: column {column.name!r} is null in {array.null_count} of {len(array)} rows.")
    return array.dictionary_encode() if column.kind == "category" else array


def _fits(kind: Kind, found: pa.DataType) -> bool:
    """Whether it is the layout's type, another encoding of text, or a column of nothing but nulls."""
    if pa.types.is_null(found) or found == ARROW[kind]:
        return True
    text = found.value_type if pa.types.is_dictionary(found) else found
    return kind in ("text", "category") and (pa.types.is_string(text) or pa.types.is_large_string(text))


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
