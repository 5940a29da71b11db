"""LabelLog: what came true of the predictions of a model, in Parquet files below ``<model>/labels/``."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.digest import sha256
from evergreen.core.errors import DataError, NotFound
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.label import SCHEMA_VERSION, label_layout
from evergreen.spec.model import ModelSpec
from evergreen.stores.log_layout import compact, conform, metadata_of, parquet_of, readable
from evergreen.stores.ports import ObjectStore


class LabelLog:
    """The labels of one model, in a folder for each UTC day of the event times of their predictions.

    A file is named by its content: to append the same labels again changes nothing.
    """

    def __init__(self, store: ObjectStore, model: str) -> None:
        self.store = store
        self.model = model
        self._root = f"{model}/labels/"

    def append(self, spec: ModelSpec, table: pa.Table) -> list[str]:
        """Store labels and give the keys of the files that hold them.

        Raises
        ------
        DataError
            For a table that is not the layout, a binary label beside 0 and 1, a number that is not finite, or a negative
            correction: nothing is stored.
        """
        table = conform(self.model, table, label_layout(classes=spec.task == "multiclass"))
        _check(spec, table)
        days = table["event_time"].cast(pa.int64()).to_numpy() // DAY_US
        return [self._store(table.filter(pa.array(days == day)), int(day)) for day in np.unique(days)]

    def latest(self, day: date, *, as_of: datetime) -> pa.Table | None:
        """The label of each prediction of a day, of all that were observed until ``as_of``; None without any.

        The highest correction counts, then the one observed last, then the larger value: what counts does not depend on
        the order in which labels came. ``first_observed`` is when the first label of the prediction was. Raises
        ``IntegrityError`` for a file of a newer release.
        """
        tables = [
            pq.read_table(readable(self.store, info.key, SCHEMA_VERSION), filters=pc.field("observed_time") <= as_of)
            for info in self.store.list(f"{self._root}date={day.isoformat()}/")
            if info.key.endswith(".parquet")
        ]
        known = pa.concat_tables(tables).combine_chunks() if tables else None
        return _last(known) if known else None

    def read(self, interval: Interval, *, as_of: datetime) -> Iterator[pa.Table]:
        """`latest` of each day that ``interval`` touches, with event times inside it."""
        day, end = interval.start.astimezone(UTC).date(), interval.end.astimezone(UTC)
        while datetime(day.year, day.month, day.day, tzinfo=UTC) < end:
            known = self.latest(day, as_of=as_of)
            if known is not None:
                moment = pc.field("event_time")
                yield known.filter((moment >= interval.start) & (moment < interval.end))
            day += timedelta(days=1)

    def _store(self, rows: pa.Table, day: int) -> str:
        data = parquet_of(compact(rows), metadata_of("label", SCHEMA_VERSION))
        when = date(1970, 1, 1) + timedelta(days=day)
        key = f"{self._root}date={when.isoformat()}/{sha256(data)}.parquet"
        try:
            self.store.head(key)
        except NotFound:
            self.store.put(key, data)
        return key


def _check(spec: ModelSpec, table: pa.Table) -> None:
    numbers = table["correction"].to_numpy()
    if negative := int((numbers < 0).sum()):
        raise DataError(
            f"{spec.name}: column 'correction' is negative in {negative} of {len(table)} rows; the first label is 0."
        )
    if spec.task == "multiclass":
        return
    values = table["value"].to_numpy()
    fits = np.isin(values, [0.0, 1.0]) if spec.task == "binary" else np.isfinite(values)
    if wrong := int((~fits).sum()):
        what = "neither 0 nor 1" if spec.task == "binary" else "no finite number"
        raise DataError(f"{spec.name}: column 'value' is {what} in {wrong} of {len(table)} rows.")


def _last(labels: pa.Table) -> pa.Table:
    """One row for each prediction id, with the time at which its first label was observed."""
    order = ("prediction_id", "correction", "observed_time", "value")
    plain = labels.set_column(labels.schema.get_field_index("value"), "value", _plain(labels["value"]))
    ranked = labels.take(pc.sort_indices(plain, sort_keys=[(name, "ascending") for name in order])).combine_chunks()
    ids = ranked["prediction_id"]
    other = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1)).to_numpy() if len(ids) else np.empty(0, np.bool_)
    first, last = (pa.array(mask[: len(ids)]) for mask in (np.insert(other, 0, True), np.append(other, True)))
    return ranked.filter(last).append_column("first_observed", ranked["observed_time"].filter(first))


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values
