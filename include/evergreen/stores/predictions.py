"""PredictionLog: every answer of a model, in Parquet files below ``<model>/predictions/``."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evergreen.core.digest import sha256
from evergreen.core.errors import DataError, NotFound
from evergreen.records.interval import Interval
from evergreen.records.logged import LoggedColumn
from evergreen.records.prediction import SCHEMA_VERSION, VARIANTS, prediction_layout
from evergreen.spec.model import ModelSpec
from evergreen.stores.duplicates import Masks, first_written
from evergreen.stores.log_layout import (
    ROW_GROUP,
    compact,
    conform,
    firsts,
    metadata_of,
    parquet_of,
    readable,
    schema_of,
)
from evergreen.stores.partitions import LogFile, Partition, Per, folder_of, log_file, partitioned
from evergreen.stores.ports import ObjectStore

FEW_DAYS = 7
"""So many days are listed one by one; of longer intervals, whole months are."""
EARLIEST, AHEAD = datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=3_652)
"""What is predicted takes place between these: 1 January of the year 1, or 1970, is what a program says that knows no time."""
SECONDS: dict[Per, int] = {"hour": 3600, "day": 86_400}


class PredictionLog:
    """The predictions of one model, by event time, in UTC.

    A file holds predictions of one hour (or one day), version and variant, each prediction once, and is named by its content:
    to append the same rows again changes nothing. Where several files of a partition hold one prediction id, the row that
    was written first counts (of files that the store dates alike, that of the key that sorts first). The same id in another
    partition is another prediction.
    """

    def __init__(self, store: ObjectStore, model: str) -> None:
        self.store = store
        self.model = model
        self._root = f"{model}/predictions/"

    def append(self, spec: ModelSpec, table: pa.Table, *, classes: Sequence[str] = (), per: Per = "hour") -> list[str]:
        """Store rows and give the keys of the files that hold them.

        Parameters
        ----------
        spec
            Of the package that answered: its features are the columns.
        table
            Rows of `layout`, in any order of rows and columns.
        classes
            Of a multiclass package, in the order of its scores.
        per
            What a file spans. A service logs by the hour; what scores whole days at once makes fewer files by the day.

        Raises
        ------
        DataError
            For a table that is not the layout, of another model, with a score that is not finite or an event time that
            cannot be meant (before `EARLIEST`, or more than `AHEAD` after the answer): nothing is stored.
        """
        table = conform(self.model, table, layout(spec))
        _check(spec, table, classes)
        pieces = _pieces(table, per)
        return [self._store(rows, start, per, classes) for start, rows in pieces]

    def partitions(self, interval: Interval | None = None) -> tuple[Partition, ...]:
        """The partitions that overlap ``interval`` (all by default), in order of time, from keys alone."""
        folders = [""] if interval is None else _folders(interval)
        listed = (info for folder in folders for info in self.store.list(self._root + folder))
        files = [log_file(info) for info in listed if info.key.endswith(".parquet")]
        found = partitioned(files)
        if interval is None:
            return found
        return tuple(p for p in found if p.interval.start < interval.end and p.interval.end > interval.start)

    def begun(self) -> datetime | None:
        """When the oldest hour or day with a prediction begins; None without any."""
        first = next((info for info in self.store.list(self._root) if info.key.endswith(".parquet")), None)
        return None if first is None else log_file(first).events.start

    def path(self, file: LogFile) -> Path:
        """A local copy of a file; read-only. Raises as `readable` does, for one that is gone or of a newer release."""
        return readable(self.store, file.key, SCHEMA_VERSION)

    def keep(self, partition: Partition) -> Masks:
        """For each file of the partition a mask of the rows that count; None where all do, which is the rule."""
        files = partition.files
        if len(files) < 2:  # no file holds an id twice: `append` sees to it
            return (None,) * len(files)
        return first_written([self.path(file) for file in files], [file.rows for file in files])

    def read(self, partition: Partition, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows that count, a row group at a time, with these columns.

        Raises
        ------
        DataError
            A file lacks one of the columns: ask for the files of one version.
        """
        for file, mask in zip(partition.files, self.keep(partition), strict=True):
            yield from _batches(file, self.path(file), columns, mask)

    def columns(self, file: LogFile) -> tuple[str, ...]:
        """The columns of a file."""
        return tuple(schema_of(self.path(file)).names)

    def classes(self, file: LogFile) -> tuple[str, ...]:
        """What the ``scores`` of a file stand for, in their order; empty unless the task is multiclass."""
        metadata = schema_of(self.path(file)).metadata or {}
        return tuple(json.loads(metadata.get(b"evergreen.classes", b"[]")))

    def _store(self, rows: pa.Table, start: datetime, per: Per, classes: Sequence[str]) -> str:
        data = parquet_of(rows, metadata_of("prediction", SCHEMA_VERSION, classes))
        version, variant = rows["version"][0].as_py(), rows["variant"][0].as_py()
        name = f"v{version}-{variant}-{len(rows)}-{sha256(data)}.parquet"
        key = self._root + folder_of(start, per) + name
        try:
            self.store.head(key)
        except NotFound:
            self.store.put(key, data)
        return key


def layout(spec: ModelSpec) -> tuple[LoggedColumn, ...]:
    """The columns of the predictions of a model."""
    features = spec.columns.features
    return prediction_layout(features.numeric, features.categorical, contexts(spec))


def contexts(spec: ModelSpec) -> tuple[str, ...]:
    """Columns that are no features and by which predictions are grouped: sampling unit, sensitive, and those of slices.

    A service takes them along where its callers give them. What is known only later cannot be given.
    """
    columns, unit = spec.columns, spec.training.split.sampling_unit
    asked = (*(() if unit in ("day", "none") else (unit,)), *columns.sensitive, *spec.slices.columns_read)
    other = {*columns.features.names, *columns.known_later, columns.event_time, columns.label.column}
    return tuple(name for name in dict.fromkeys(asked) if name not in other)


def _check(spec: ModelSpec, table: pa.Table, classes: Sequence[str]) -> None:
    models = [name for name in pc.unique(table["model"]).to_pylist() if name != spec.name]
    variants = [name for name in pc.unique(table["variant"]).to_pylist() if name not in VARIANTS]
    if models:
        raise DataError(
            f"{spec.name}: the predictions are of {len(models)} other models, {str(models[0])[:63]!r} first."
        )
    if variants:
        raise DataError(f"{spec.name}: column 'variant' holds none of {', '.join(VARIANTS)} in some rows.")
    many = spec.task == "multiclass"
    if many != bool(classes):
        raise DataError(
            f"{spec.name}: a {spec.task} task {'needs' if many else 'has no'} classes; {len(classes)} are given."
        )
    lengths = pc.fill_null(pc.list_value_length(table["scores"]), 0)
    wrong = int(pc.sum(pc.not_equal(lengths, len(classes))).as_py() or 0)
    if wrong:
        raise DataError(f"{spec.name}: column 'scores' has not {len(classes)} numbers in {wrong} of {len(table)} rows.")
    _check_scores(spec, table)
    _check_times(spec, table)
    undecided = table["decision"].null_count
    if undecided != (len(table) if spec.task == "regression" else 0):
        raise DataError(
            f"{spec.name}: column 'decision' is null in {undecided} of {len(table)} rows of a {spec.task} task."
        )


def _check_scores(spec: ModelSpec, table: pa.Table) -> None:
    for name in ("score", "scores"):
        numbers = table[name].combine_chunks()
        numbers = numbers.flatten() if name == "scores" else numbers
        wrong = int((~np.isfinite(numbers.to_numpy(zero_copy_only=False))).sum())
        if wrong:
            raise DataError(
                f"{spec.name}: column {name!r} holds {wrong} numbers that are NaN or infinite, in {len(table)} rows. "
                "Log an answer only where the model gave one."
            )


def _check_times(spec: ModelSpec, table: pa.Table) -> None:
    event, served = (table[name] for name in ("event_time", "served_time"))
    ahead = pc.greater(pc.subtract(event, served), pa.scalar(AHEAD, pa.duration("us")))
    wrong = int(pc.sum(pc.or_(pc.less(event, pa.scalar(EARLIEST, event.type)), ahead)).as_py() or 0)
    if wrong:
        raise DataError(
            f"{spec.name}: column 'event_time' lies before {EARLIEST:%Y-%m-%d} or more than {AHEAD.days} days after "
            f"'served_time' in {wrong} of {len(table)} rows. Log when what is predicted takes place."
        )


def _pieces(table: pa.Table, per: Per) -> list[tuple[datetime, pa.Table]]:
    """The rows of each file, each prediction once, and the start of the hour or day."""
    spans = table["event_time"].cast(pa.int64()).to_numpy() // (SECONDS[per] * 1_000_000)
    variants = table["variant"].combine_chunks().indices.to_numpy()
    keys = np.column_stack([spans, table["version"].to_numpy(), variants])
    distinct, of_row = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(of_row, kind="stable")
    ends = np.cumsum(np.bincount(of_row, minlength=len(distinct)))
    pieces = []
    for key, rows in zip(distinct, np.split(order, ends[:-1]), strict=True):
        piece = table.take(rows)
        start = datetime.fromtimestamp(int(key[0]) * SECONDS[per], UTC)
        pieces.append((start, compact(piece.take(firsts(piece["prediction_id"])))))
    return pieces


def _folders(interval: Interval) -> list[str]:
    first, last = interval.start.astimezone(UTC), interval.end.astimezone(UTC) - timedelta(microseconds=1)
    days = [first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)]
    shape = "date=%Y-%m-%d/" if len(days) <= FEW_DAYS else "date=%Y-%m-"
    return list(dict.fromkeys(day.strftime(shape) for day in days))


def _batches(
    file: LogFile, path: Path, columns: Sequence[str], mask: NDArray[np.bool_] | None
) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as parquet:
        if lacking := [name for name in columns if name not in parquet.schema_arrow.names]:
            raise DataError(
                f"{file.key} has no column {', '.join(lacking[:10])}: version {file.version} did not see it."
            )
        start = 0
        for batch in parquet.iter_batches(ROW_GROUP, columns=list(columns), use_threads=False):
            kept = batch if mask is None else batch.filter(pa.array(mask[start : start + batch.num_rows]))
            start += batch.num_rows
            yield kept
