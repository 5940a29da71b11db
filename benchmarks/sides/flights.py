"""Windows of days of the real flights, drawn without any change: what ``drift_quality.py`` holds whole reports to."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache, reduce
from operator import add
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sides.days import DAYS, WINDOW

from evergreen.flows.year import Year, year_of_flights
from evergreen.monitoring.binned import Kind
from evergreen.monitoring.compared import PARTS, Sampled
from evergreen.monitoring.drift import drift
from evergreen.monitoring.profile import profile
from evergreen.monitoring.reference import Units, sample_of
from evergreen.records.drift import DriftReport
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.profile import Layout, Profile
from evergreen.records.reference import LABEL, PREDICTION, Reference
from evergreen.spec.load import load

MODELS = Path(__file__).parents[2] / "models"
WHOLE_DAYS = Interval(start=datetime(2013, 1, 2, tzinfo=UTC), end=datetime(2013, 12, 31, tzinfo=UTC))
"""Of UTC: New York's year begins in the midst of one. There is no weather for 31 December: a window with it has changed."""


class Half:
    """A reference of a random half of the year's days, and windows of the other half."""

    def __init__(self, year: Year, random: np.random.Generator) -> None:
        self.year, self.random = year, random
        self.days, self.label = year.moments // DAY_US, year.spec.columns.label.column
        self.kept, self.other = np.array_split(random.permutation(np.unique(self.days)), 2)
        self._profiled = lru_cache(None)(self._profile)

    def report(self) -> DriftReport:
        """On a window of days that are drawn at random."""
        drawn = self.random.choice(self.other, DAYS, replace=False)
        features, labels = (reduce(add, parts) for parts in zip(*map(self._profiled, drawn.tolist()), strict=True))
        return drift(
            self.year.spec,
            self.reference,
            replace(features, layout=self.reference.layout.digest),
            window=WINDOW,
            units=dict.fromkeys(PARTS, Sampled(DAYS, "day")),
            version=1,
            weights={},
            label=labels,
        )

    @cached_property
    def reference(self) -> Reference:
        """Of the rows that a model could have been fitted on, those with a label; there is no model, and no prediction."""
        name, unit = self.year.spec.name, self.year.spec.training.split.sampling_unit
        fitted = np.isin(self.days, self.kept) & self.year.rows[self.label].is_valid().to_numpy()
        rows = self.year.rows.filter(pa.array(fitted))
        days, of_row = np.unique(self.days[fitted], return_inverse=True)
        by_day = Units(of_row, len(days))
        nothing = pa.chunked_array([], pa.float64())
        return Reference(
            model=name,
            version=1,
            package="",
            gated="",
            interval=WINDOW,
            test=WINDOW,
            unit=unit,
            features=sample_of(name, self._columns(rows), by_day),
            prediction=sample_of(name, [(PREDICTION, "numeric", nothing)], Units(of_row[:0], 0)),
            label=sample_of(name, [(LABEL, "categorical", rows[self.label].cast(pa.string()))], by_day),
        )

    def _columns(self, rows: pa.Table) -> Iterator[tuple[str, Kind, pa.ChunkedArray]]:
        features = self.year.spec.columns.features
        for name in features.names:
            yield name, "numeric" if name in features.numeric else "categorical", rows[name]

    def _profile(self, day: int) -> tuple[Profile, Profile]:
        """All rows of a day, and the labels that came of them."""
        first, last = np.searchsorted(self.days, [day, day + 1])
        rows = self.year.rows.slice(first, last - first)
        labels = pa.table({LABEL: rows[self.label].drop_null().cast(pa.string())})
        return _counted(rows, self.reference.features.layout), _counted(labels, self.reference.label.layout)


def _counted(rows: pa.Table, layout: Layout) -> Profile:
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    return profile(buffer.getvalue(), layout)


def reports(count: int, per_reference: int, seed: int) -> Iterator[DriftReport]:
    """So many whole reports on the inputs and the label of ``flight_delays``; some windows share a reference."""
    random, spec = np.random.default_rng(seed), load(MODELS / "flight_delays")
    year = year_of_flights(spec, MODELS)
    year = Year(spec, year.between(WHOLE_DAYS))
    for first in range(0, count, per_reference):
        half = Half(year, random)
        for _ in range(min(per_reference, count - first)):
            yield half.report()
