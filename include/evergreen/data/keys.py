"""Keys and units counted over any number of rows, by DuckDB, which spills to disk beyond its memory limit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from evergreen.core.settings import settings
from evergreen.data.epoch import microseconds
from evergreen.records.interval import Interval
from evergreen.records.snapshot import Snapshot
from evergreen.stores.cache import local_copy
from evergreen.stores.ports import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Keys that name more than one row, and how many of those lie in more than one span."""

    keys: int
    across: int


def repeated_keys(store: ObjectStore, snapshot: Snapshot, spans: Sequence[Interval], label: str) -> Repeats:
    """Count keys that stand for several labelled rows within or between spans."""
    with _labelled(store, snapshot, spans, label, snapshot.keys) as rows:
        names = ", ".join(f"value{number}" for number in range(len(snapshot.keys)))
        repeated = rows.aggregate(f"count(*) AS rows, count(DISTINCT span) AS spans, {names}", names).filter("rows > 1")
        ((keys, across),) = repeated.aggregate("count(*), count(*) FILTER (spans > 1)").fetchall()
    return Repeats(keys=keys, across=across)


def units(store: ObjectStore, snapshot: Snapshot, span: Interval, label: str, column: str) -> int:
    """Distinct values of a column among the labelled rows of a span; null is one of them."""
    with _labelled(store, snapshot, [span], label, [column]) as rows:
        ((count,),) = rows.aggregate("value0", "value0").aggregate("count(*)").fetchall()
    return int(count)


@contextmanager
def _labelled(
    store: ObjectStore, snapshot: Snapshot, spans: Sequence[Interval], label: str, columns: Sequence[str]
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The labelled rows within the spans: ``span`` is the number of theirs, ``value0`` and so on are the columns."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings().memory_limit,
        "threads": settings().threads,
        "temp_directory": str(settings().work_dir / "duckdb"),
    }
    parts = [str(local_copy(store, part.key)) for part in snapshot.parts]
    moment = f"epoch_us({_quoted(snapshot.event_time)})"
    within = [f"{moment} >= {microseconds(s.start)} AND {moment} < {microseconds(s.end)}" for s in spans]
    span = " ".join(f"WHEN {condition} THEN {number}" for number, condition in enumerate(within))
    values = ", ".join(f"{_quoted(name)} AS value{number}" for number, name in enumerate(columns))
    with duckdb.connect(config=config) as connection:
        rows = connection.read_parquet(parts).filter(f"{_quoted(label)} IS NOT NULL")
        yield rows.project(f"CASE {span} END AS span, {values}").filter("span IS NOT NULL")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
