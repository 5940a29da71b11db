"""Year: events of the past that are landed again, piece by piece, as replayed time goes on."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evergreen.core.errors import EvergreenError, NotFound, RunError
from evergreen.data.sources import landed_objects
from evergreen.records.interval import DAY_US, Interval
from evergreen.spec.data import ObjectsSource
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

FILE = "replay.parquet"
Moments = NDArray[np.int64]


@dataclass(frozen=True)
class Year:
    """All rows that are going to happen, by event time, with their labels."""

    spec: ModelSpec
    rows: pa.Table

    @cached_property
    def moments(self) -> Moments:
        """Event times (n,) in microseconds since 1970."""
        found: Moments = self.rows[self.spec.columns.event_time].cast(pa.int64()).to_numpy()
        return found

    def between(self, interval: Interval) -> pa.Table:
        """The rows of an interval."""
        start, end = (int(t.timestamp() * 1_000_000) for t in (interval.start, interval.end))
        first, last = np.searchsorted(self.moments, [start, end])
        return self.rows.slice(first, last - first)

    def land(self, store: ObjectStore, interval: Interval) -> None:
        """Land the rows of an interval as one raw object, as the pipeline of a company does; once.

        Raises
        ------
        RunError
            A part of them has landed with another interval.
        """
        key = f"{self._root}start={_stamp(interval.start)}/end={_stamp(interval.end)}/{FILE}"
        try:
            store.head(key)
        except NotFound:
            self._refuse_twice(store, interval)
            buffer = io.BytesIO()
            pq.write_table(self.between(interval), buffer, compression="zstd")
            store.put(key, buffer.getvalue(), metadata={"producer-run": "replay"})

    def refuse_others(self, store: ObjectStore) -> None:
        """Raise ``RunError`` for raw objects that no replay has landed: the rows of a replay would be there twice."""
        for info in store.list(self._root):
            if not info.key.endswith(f"/{FILE}"):
                raise RunError(
                    f"{self.spec.name}: {info.key} was landed by somebody else, and a replay lands the same flights again. "
                    f"Replay in a stack of its own: EVERGREEN_STATE_DIR=.evergreen/replay make replay."
                )

    def _refuse_twice(self, store: ObjectStore, interval: Interval) -> None:
        for raw in landed_objects(self.spec, self._prefix, store):
            if raw.interval.start < interval.end and interval.start < raw.interval.end:
                raise RunError(
                    f"{self.spec.name}: {raw.info.key} has landed, and {interval.start:%Y-%m-%d} to {interval.end:%Y-%m-%d} "
                    "overlaps it. Go on with the step that the replay began with."
                )

    def resampled(self, seed: int) -> "Year":
        """The same year without any change in it: its days of UTC, with all their rows, in a random order.

        Every day is as likely to be any day of the year, so that nothing drifts, while rows of one day belong together
        as ever.
        """
        days = self.moments // DAY_US
        present = np.unique(days)
        drawn = np.random.default_rng(seed).permutation(present)
        return self._moved(self.moments + (drawn[np.searchsorted(present, days)] - days) * DAY_US)

    def begun(self, first: datetime) -> "Year":
        """The same year begun on another of its days: what happened before that day comes after the year's end."""
        start, at = (int(t.timestamp() * 1_000_000) for t in (first.replace(month=1, day=1), first))
        length = int(first.replace(year=first.year + 1, month=1, day=1).timestamp() * 1_000_000) - start
        return self._moved(start + (self.moments - at) % length)

    def _moved(self, moved: Moments) -> "Year":
        """The rows at other times, in the order of these."""
        name = self.spec.columns.event_time
        at = self.rows.schema.get_field_index(name)
        column = pa.array(moved, pa.timestamp("us", tz="UTC")).cast(self.rows.schema.field(at).type)
        order = np.argsort(moved, kind="stable")
        return replace(self, rows=self.rows.set_column(at, name, column).take(order))

    @property
    def _root(self) -> str:
        return f"{self.spec.name}/{self._prefix}"

    @property
    def _prefix(self) -> str:
        source = self.spec.source
        if not isinstance(source, ObjectsSource):
            raise RunError(f"{self.spec.name}: its rows come from a query; only raw objects can be landed again.")
        return source.prefix


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}" if moment.hour == moment.minute == 0 else f"{moment:%Y-%m-%dT%H:%M}Z"


def year_of_flights(spec: ModelSpec, models: Path) -> Year:
    """The flights of 2013 with the label of this model, from the loader of ``models/flight_delays``.

    Raises
    ------
    RunError
        The model is not about flights.
    """
    loader = flights_loader(models)
    try:
        schema = loader.schema(spec.columns.label.column)
    except ValueError as error:
        raise RunError(f"{spec.name} cannot be replayed: {error}.") from None
    table = pa.Table.from_pandas(loader.flights(spec.columns.label.column), schema=schema, preserve_index=False)
    return Year(spec, table.replace_schema_metadata(None))


def flights_loader(models: Path) -> ModuleType:
    """The module ``models/flight_delays/loader.py``: the pipeline of the company that owns the flights."""
    path = models / "flight_delays" / "loader.py"
    found = spec_from_file_location("evergreen_flights", path)
    if found is None or found.loader is None:
        raise EvergreenError(f"{path} cannot be loaded.")
    loader = module_from_spec(found)
    found.loader.exec_module(loader)
    return loader
