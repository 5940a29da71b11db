"""Rows of a snapshot: only the columns asked for, of one interval, in one order."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.errors import DataError
from evergreen.records.interval import Interval
from evergreen.records.snapshot import Part, Snapshot
from evergreen.stores.cache import local_copy
from evergreen.stores.ports import ObjectStore


def rows(store: ObjectStore, snapshot: Snapshot, interval: Interval, columns: Sequence[str]) -> pa.Table:
    """The rows with an event time in both ``interval`` and the snapshot's window, by event time, then keys.

    The order does not depend on how the raw objects were ordered or cut. Only the columns and row groups that are needed
    are decoded; parts are downloaded once and kept in the local cache.

    Parameters
    ----------
    columns
        In the order in which the table has them.

    Returns
    -------
    pyarrow.Table
        The asked columns; no row when nothing lies in the interval.

    Raises
    ------
    DataError
        The snapshot lacks a column.
    """
    order = (snapshot.event_time, *snapshot.keys)
    table = scan(store, snapshot, interval, tuple(dict.fromkeys((*columns, *order))))
    indices = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in order])
    return table.select(list(columns)).take(indices).combine_chunks()


def scan(store: ObjectStore, snapshot: Snapshot, interval: Interval, columns: Sequence[str]) -> pa.Table:
    """As ``rows``, in the order of the parts: cheaper where order does not matter, and the same for any columns."""
    types = {column.name: column.type for column in snapshot.columns}
    if missing := [name for name in columns if name not in types]:
        raise DataError(
            f"{snapshot.model}: snapshot {snapshot.digest[:12]} has no column {', '.join(missing)}; it has {', '.join(types)}."
        )
    start, end = max(interval.start, snapshot.window.start), min(interval.end, snapshot.window.end)
    read = [
        _read(store, snapshot, part, Interval(start=start, end=end), columns) for part in _touched(snapshot, start, end)
    ]
    if not read:
        return _read(store, snapshot, snapshot.parts[0], Interval(start=start, end=start), columns)
    return pa.concat_tables(read)


def _touched(snapshot: Snapshot, start: datetime, end: datetime) -> list[Part]:
    return [p for p in snapshot.parts if p.events and p.events.start < end and p.events.end > start]


def _read(store: ObjectStore, snapshot: Snapshot, part: Part, interval: Interval, columns: Sequence[str]) -> pa.Table:
    moment = pc.field(snapshot.event_time)
    inside = (moment >= interval.start) & (moment < interval.end)
    return pq.read_table(local_copy(store, part.key), columns=list(columns), filters=inside)
