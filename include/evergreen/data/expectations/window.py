"""The rows of a snapshot as a DuckDB view over the Parquet files of its parts."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from evergreen.core.errors import DataError, IntegrityError
from evergreen.core.settings import settings
from evergreen.data.expectations.sql import quote, text
from evergreen.records.snapshot import Snapshot
from evergreen.stores.cache import local_copy
from evergreen.stores.ports import ObjectStore

_KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), "integer"),
    "DOUBLE": "float",
    "FLOAT": "single",
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "moment"),
    "TIMESTAMP WITH TIME ZONE": "moment_utc",
}


@dataclass(frozen=True, kw_only=True)
class Window:
    """A connection with the views ``evergreen_rows`` and ``evergreen_stored``, whose NaN are not yet null.

    Attributes
    ----------
    kinds
        Column to ``integer``, ``float``, ``single``, ``text``, ``boolean``, ``moment``, ``moment_utc`` or ``other``.
    schema
        The columns' Arrow types.
    order
        ORDER BY of the rows where an order matters: event time, then keys.
    rows
        How many there are, by the manifest.
    """

    connection: duckdb.DuckDBPyConnection
    kinds: Mapping[str, str]
    schema: pa.Schema
    order: str
    rows: int

    def table(self, columns: list[str]) -> pa.Table:
        """The rows, in order, of these columns; they are held in memory."""
        names = ", ".join(map(quote, columns)) or "*"
        return self.connection.sql(f"SELECT {names} FROM evergreen_rows ORDER BY {self.order}").to_arrow_table()  # noqa: S608


@contextmanager
def open_window(snapshot: Snapshot, store: ObjectStore) -> Iterator[Window]:
    """The rows of a snapshot, read where they are needed and never all at once.

    NaN is read as null, as pandas does. Memory is bounded by ``memory_limit``; DuckDB spills to ``work_dir`` beyond it.

    Raises
    ------
    IntegrityError
        When a part is no Parquet file.
    """
    work = settings().work_dir
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work, prefix="validate-") as spill, duckdb.connect(config=_config(spill)) as connection:
        _create_view(connection, snapshot, [local_copy(store, part.key) for part in snapshot.parts])
        described = connection.execute("DESCRIBE evergreen_rows").fetchall()
        kinds = {str(row[0]): _KINDS.get(str(row[1]), "other") for row in described}
        order = ", ".join(quote(name) for name in (snapshot.event_time, *snapshot.keys))
        schema = connection.sql("SELECT * FROM evergreen_rows LIMIT 0").to_arrow_table().schema
        yield Window(connection=connection, kinds=kinds, schema=schema, order=order, rows=snapshot.rows)


def _config(spill: str) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": settings().memory_limit,
        "threads": settings().threads,
        "temp_directory": spill,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        # Parquet statistics leave NaN out; DuckDB 2.0 concludes from them that a column has none, and folds isnan() to false.
        "disabled_optimizers": "statistics_propagation",
    }


def _create_view(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, files: list[Path]) -> None:
    try:
        if files:
            listed = ", ".join(text(str(path)) for path in files)
            source = f"read_parquet([{listed}], union_by_name=true)"
        else:
            connection.register("no_parts", _empty(snapshot))
            source = "no_parts"
        types = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
        connection.execute(f"CREATE TEMP VIEW evergreen_stored AS {_select(snapshot, types, source)}")
        cells = ", ".join(_cell(name, kind) for name, kind in types.items())
        connection.execute(f"CREATE TEMP VIEW evergreen_rows AS SELECT {cells} FROM evergreen_stored")  # noqa: S608
    except duckdb.Error as error:
        raise unreadable(snapshot, error) from None


def _select(snapshot: Snapshot, types: Mapping[str, str], source: str) -> str:
    """SELECT of the window's rows; what belongs to the window is decided by event time, in UTC."""
    if snapshot.event_time not in types:
        raise DataError(
            f"{snapshot.model}: the snapshot has no column {snapshot.event_time!r}, its event time. "
            "Mend columns.event_time in model.yaml, or the raw data."
        )
    zone = "TIMESTAMPTZ" if types[snapshot.event_time] == "TIMESTAMP WITH TIME ZONE" else "TIMESTAMP"
    start, end = (f"'{moment:%Y-%m-%d %H:%M:%S.%f}'" for moment in (snapshot.window.start, snapshot.window.end))
    if zone == "TIMESTAMPTZ":
        start, end = (f"'{moment.isoformat(sep=' ')}'" for moment in (snapshot.window.start, snapshot.window.end))
    time = quote(snapshot.event_time)
    return f"SELECT * FROM {source} WHERE {time} >= {start}::{zone} AND {time} < {end}::{zone}"  # noqa: S608


def _cell(name: str, kind: str) -> str:
    column = quote(name)
    if kind not in {"DOUBLE", "FLOAT"}:
        return column
    return f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END AS {column}"


def _empty(snapshot: Snapshot) -> pa.Table:
    fields = [pa.field(column.name, _arrow_type(column.type)) for column in snapshot.columns]
    return pa.schema(fields).empty_table()


def _arrow_type(name: str) -> pa.DataType:
    if match := re.match(r"timestamp\[(s|ms|us|ns), tz=(.+)\]$", name):
        return pa.timestamp(match[1], tz=match[2])
    try:
        return pa.type_for_alias(name)
    except ValueError:
        return pa.string()


def unreadable(snapshot: Snapshot, error: duckdb.Error) -> IntegrityError | DataError:
    """What to raise for an error that is about the data as a whole, not about one expectation."""
    if isinstance(error, duckdb.OutOfMemoryException):
        limit = settings().memory_limit
        return DataError(f"{snapshot.model}: validating needs more than {limit}. Raise EVERGREEN_MEMORY_LIMIT.")
    reason = " ".join(str(error).split())[:200]
    return IntegrityError(f"{snapshot.model}: a part of snapshot {snapshot.digest[:12]} cannot be read: {reason}")
