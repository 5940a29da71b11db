"""Answers of models to the same labelled rows, and how good they were by month and over all rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evergreen.core.errors import RunError
from evergreen.data.sources import months
from evergreen.features.frame import label, labelled
from evergreen.features.packaged import PackagedModel
from evergreen.flows.workspace import Workspace
from evergreen.flows.year import Year
from evergreen.measures.classes import class_numbers
from evergreen.measures.metrics import BUILDERS
from evergreen.measures.scoring import score
from evergreen.records.interval import Interval
from evergreen.records.prediction import request_key
from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import Floats, observed
from evergreen.stores.predictions import PredictionLog

SHOWN: Mapping[Task, tuple[str, str]] = {
    "binary": ("roc_auc", "brier"),
    "multiclass": ("roc_auc_ovr", "brier"),
    "regression": ("rmse", "mae"),
}
"""The two metrics that a replay is told by; the first decides which model was best."""


@dataclass(frozen=True)
class Labelled:
    """The rows of a year whose label came, by event time.

    Attributes
    ----------
    labels
        As metrics take them: 0 or 1, class numbers in the order of ``classes``, or numbers.
    """

    year: Year
    table: pa.Table
    moments: NDArray[np.int64]
    labels: NDArray[np.generic]
    classes: tuple[str, ...]

    @property
    def months(self) -> tuple[Interval, ...]:
        """The months of UTC that the rows lie in."""
        first, last = (datetime.fromtimestamp(int(m) / 1e6, UTC) for m in (self.moments[0], self.moments[-1]))
        start = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return tuple(_whole(month) for month in months(Interval(start=start, end=last)))

    def of(self, interval: Interval) -> slice:
        """Where the rows of an interval stand."""
        times = [int(t.timestamp() * 1_000_000) for t in (interval.start, interval.end)]
        return slice(*(int(place) for place in np.searchsorted(self.moments, times)))

    def scores(self, model: PackagedModel, rows: slice) -> Floats:
        """What a model says of these rows, with the classes in the order of ``classes``."""
        return score(model, self.table.slice(rows.start, rows.stop - rows.start), self.classes)

    def values(self, scores: Floats, rows: slice) -> tuple[float, float]:
        """The two metrics of these rows; rows without a score (NaN) are left out."""
        known = np.isfinite(scores[rows]).reshape(rows.stop - rows.start, -1).all(axis=1)
        labels, found = self.labels[rows][known], scores[rows][known]
        units, build = np.zeros(len(labels), dtype=np.intp), BUILDERS[self.year.spec.task]
        first, second = (observed(build[name](labels, found, units), 1) for name in SHOWN[self.year.spec.task])
        return first, second


def labelled_rows(year: Year, interval: Interval) -> Labelled:
    """The rows of ``interval`` whose label came; raises ``RunError`` when there is none."""
    spec, table = year.spec, year.between(interval)
    table = table.filter(labelled(table[spec.columns.label.column])).combine_chunks()
    if not len(table):
        raise RunError(f"{spec.name}: no row from {interval.start:%Y-%m-%d} to {interval.end:%Y-%m-%d} has a label.")
    labels, classes = label(spec, table), tuple[str, ...]()
    if spec.task == "multiclass":
        classes = tuple(sorted({str(name) for name in labels}))
        labels = class_numbers(labels, classes)
    moments = table[spec.columns.event_time].cast(pa.int64()).to_numpy()
    return Labelled(year, table, moments, labels, classes)


def logged(ws: Workspace, truth: Labelled) -> Floats:
    """What the champions said of these rows at their time, as the prediction log has it; NaN where none was asked."""
    keys = [truth.table[name].to_pylist() for name in ws.spec.columns.keys]
    wanted = pa.array([request_key(*values) for values in zip(*keys, strict=True)], pa.string())
    shape = (len(wanted), len(truth.classes)) if truth.classes else (len(wanted),)
    found = np.full(shape, np.nan)
    for asked, scores in _files(ws, truth.classes):
        place = pc.index_in(asked, value_set=wanted)
        known = pc.is_valid(place).to_numpy(zero_copy_only=False)
        found[pc.drop_null(place).to_numpy()] = scores[known]
    return found


def _files(ws: Workspace, classes: Sequence[str]) -> Iterator[tuple[pa.Array, Floats]]:
    """Keys and scores of each file of the champion's answers."""
    log = PredictionLog(ws.store, ws.model)
    for partition in log.partitions():
        for file in partition.of(variants=("champion",)).files:
            one = replace(partition, files=(file,))
            name = "scores" if classes else "score"
            for batch in log.read(one, ("request_key", name)):
                values = batch[name]
                if not classes:
                    yield batch["request_key"], values.to_numpy()
                    continue
                theirs = log.classes(file)
                aligned = np.zeros((len(batch), len(classes)))
                aligned[:, class_numbers(theirs, classes)] = values.flatten().to_numpy().reshape(len(batch), -1)
                yield batch["request_key"], aligned


def _whole(month: Interval) -> Interval:
    """The month to its end."""
    start = month.start
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return Interval(start=start, end=end)
