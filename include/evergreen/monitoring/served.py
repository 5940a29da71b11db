"""Served rows of one version: what it answered in an interval, and what came true of that by some moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evergreen.measures.measure import Clusters
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.prediction import ANSWERING, CONTEXT, FEATURE
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stores.labels import LabelLog
from evergreen.stores.partitions import Partition
from evergreen.stores.predictions import PredictionLog

LABEL = ("value", "first_observed", "correction")


@dataclass(frozen=True)
class Served:
    """Rows of one version, by event time of their partitions.

    Attributes
    ----------
    table
        ``event_time``, the columns asked for by the names of the spec, and of the label ``value`` and ``correction``, and when
        the first one was observed (``first_observed``): null where there is none.
    scores
        (n,), or (n, k) in the order of ``classes``.
    missing
        Columns that were asked for and that the log does not have, or in which no caller gave a value.
    """

    table: pa.Table
    scores: Floats
    classes: tuple[str, ...]
    clusters: Clusters
    missing: tuple[str, ...]

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Which rows have a label."""
        known: NDArray[np.bool_] = self.table["value"].is_valid().to_numpy()
        return known

    def of(self, rows: NDArray[np.bool_]) -> "Served":
        """Some of the rows."""
        table = self.table.filter(pa.array(rows))
        return Served(table, self.scores[rows], self.classes, self.clusters.of(rows), self.missing)


def served(
    spec: ModelSpec,
    log: PredictionLog,
    interval: Interval,
    *,
    version: int,
    columns: Sequence[str] = (),
    labels: LabelLog | None = None,
    as_of: datetime | None = None,
) -> Served:
    """Read the rows of a version that went to callers, with event times in ``interval``.

    Prediction ids are held for one partition at a time, all else of the interval.

    Parameters
    ----------
    columns
        Features or contexts, by their names in the spec.
    labels, as_of
        Where labels are, and until when they must have been observed; without them no row has one.
    """
    partitions = [p.of(version=version, variants=ANSWERING) for p in log.partitions(interval)]
    partitions = [p for p in partitions if p.files]
    there = _columns_there(log, partitions)
    unit = spec.training.split.sampling_unit
    wanted = (*columns, *(() if unit in ("day", "none") else (unit,)))
    names = {name: found for name in wanted if (found := _logged(name, there))}
    known = _Labels(labels, as_of)
    pieces = [known.joined(piece) for piece in _pieces(log, partitions, interval, spec, tuple(names.values()))]
    table = _together(pieces, {logged: name for name, logged in names.items()})
    missing = [n for n in dict.fromkeys(wanted) if n not in names or table[n].null_count == len(table)]
    classes = log.classes(partitions[0].files[0]) if partitions else ()
    scores = _scores(spec, table, len(classes))
    rows = table.drop_columns(["scores" if spec.task == "multiclass" else "score"])
    return Served(rows, scores, classes, _clusters(unit, rows, missing), tuple(n for n in missing if n in columns))


class _Labels:
    """Labels by day: those of one day are kept, since partitions come in order."""

    def __init__(self, log: LabelLog | None, as_of: datetime | None) -> None:
        self._log = log
        self._as_of = as_of
        self._day: date | None = None
        self._known: pa.Table | None = None

    def joined(self, rows: pa.Table) -> pa.Table:
        """Rows of one day, without their ids and with their labels."""
        known = self._of(rows["event_time"][0].as_py().date()) if len(rows) else None
        ids, rows = rows["prediction_id"], rows.drop_columns(["prediction_id"])
        if known is None:
            for name in LABEL:
                rows = rows.append_column(name, pa.nulls(len(rows)))
            return rows
        found = pc.index_in(ids, value_set=known["prediction_id"].combine_chunks())
        for name in LABEL:
            rows = rows.append_column(name, known[name].take(found))
        return rows

    def _of(self, day: date) -> pa.Table | None:
        if self._log is None or self._as_of is None:
            return None
        if day != self._day:
            self._day, self._known = day, self._log.latest(day, as_of=self._as_of)
        return self._known


def _columns_there(log: PredictionLog, partitions: Sequence[Partition]) -> set[str]:
    return set(log.columns(partitions[0].files[0])) if partitions else set()


def _logged(name: str, there: set[str]) -> str:
    return next((prefix + name for prefix in (FEATURE, CONTEXT) if prefix + name in there), "")


def _pieces(
    log: PredictionLog, partitions: Sequence[Partition], interval: Interval, spec: ModelSpec, columns: tuple[str, ...]
) -> Iterator[pa.Table]:
    score = "scores" if spec.task == "multiclass" else "score"
    moment = pc.field("event_time")
    inside = (moment >= interval.start) & (moment < interval.end)
    for partition in partitions:
        for batch in log.read(partition, ["prediction_id", "event_time", score, *dict.fromkeys(columns)]):
            yield pa.Table.from_batches([batch]).filter(inside)


def _together(pieces: list[pa.Table], names: dict[str, str]) -> pa.Table:
    if not pieces:
        none = pa.array([], pa.timestamp("us", tz="UTC"))
        return pa.table({"event_time": none, "score": pa.array([], pa.float64()), "scores": pa.array([], pa.list_(pa.float64()))}
                        | {name: pa.nulls(0) for name in LABEL})  # fmt: skip
    table = pa.concat_tables(pieces, promote_options="default").combine_chunks()
    return table.rename_columns([names.get(name, name) for name in table.column_names])


def _scores(spec: ModelSpec, table: pa.Table, classes: int) -> Floats:
    if spec.task == "multiclass":
        flat = table["scores"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return np.asarray(flat, dtype=np.float64).reshape(len(table), classes)
    return np.asarray(table["score"].to_numpy(), dtype=np.float64)


def _clusters(unit: str, table: pa.Table, missing: Sequence[str]) -> Clusters:
    """By the spec's sampling unit; by day where it is not in the log, since rows of a day are rarely independent."""
    if unit == "none":
        return Clusters(np.arange(len(table)), len(table), unit)
    if unit == "day" or unit in missing:
        return Clusters.by(table["event_time"].cast(pa.int64()).to_numpy() // DAY_US, "day")
    codes = pc.dictionary_encode(table[unit].cast(pa.string())).combine_chunks()
    return Clusters.by(pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False), unit)


def numeric(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as numbers, null where it is none.

    >>> numeric(pa.chunked_array([["1.5", "x", None]])).to_pylist()
    [1.5, None, None]
    """
    if pa.types.is_floating(values.type):
        return values
    numbers = pd.to_numeric(values.cast(pa.string()).to_pandas(), errors="coerce")
    return pa.chunked_array([pa.array(numbers, pa.float64(), from_pandas=True)])
