"""Windows of the prediction log, in the bins of a champion's reference.

Each partition of the log is counted once for a reference; what is counted lies beside the reference, and a window is a sum.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.flows.champion import Champion
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.measures.holdout import holdout
from evergreen.monitoring.compared import PARTS, Sampled
from evergreen.monitoring.domain import domain
from evergreen.monitoring.parquet import Source
from evergreen.monitoring.performance import due
from evergreen.monitoring.profile import Mask, profile
from evergreen.monitoring.served import served
from evergreen.records.drift import Part
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.prediction import ANSWERING, CONTEXT, FEATURE
from evergreen.records.profile import Counts, Layout, Profile
from evergreen.records.reference import LABEL, PREDICTION
from evergreen.records.snapshot import Snapshot
from evergreen.spec.model import ModelSpec
from evergreen.stores.labels import LabelLog
from evergreen.stores.partitions import LogFile, Partition
from evergreen.stores.predictions import PredictionLog


class Counted(NamedTuple):
    """Rows in the bins of a reference, and how many sampling units those of each part are of; none where rows are the unit."""

    profile: Profile
    units: Mapping[Part, Sampled]


class _Side(NamedTuple):
    """A part of the reference in the log: the layout's name of each column by the log's, and whose answers count."""

    part: Part
    layout: Layout
    columns: Mapping[str, str]
    version: int | None


@dataclass(frozen=True)
class Windows:
    """The log of a model as its champion's reference sees it."""

    ws: Workspace
    champion: Champion

    @cached_property
    def log(self) -> PredictionLog:
        """The predictions."""
        return PredictionLog(self.ws.store, self.ws.model)

    def profile(self, window: Interval) -> Profile:
        """Features and predictions of a window: requests whichever version answered them, answers of the champion alone."""
        return self._together(*(_summed(side, self._counted(side, window)) for side in self._sides))

    def counted(self, window: Interval) -> Counted:
        """That profile, and the sampling units of either part."""
        found = [(side, self._counted(side, window)) for side in self._sides]
        profile = self._together(*(_summed(side, counted) for side, counted in found))
        if self._unit == "none":
            return Counted(profile, {})
        return Counted(profile, {side.part: self._units(side, counted, window) for side, counted in found})

    def labels(self, window: Interval, as_of: datetime) -> Counted:
        """The labels that have come until ``as_of`` for the champion's answers of a window."""
        file, units = self._label_file(window, as_of)
        counts = profile(file, self.champion.reference.label.layout)
        return Counted(counts, {} if self._unit == "none" else {"label": units})

    def column(
        self, part: Part, name: str, window: Interval, as_of: datetime
    ) -> tuple[Counts, list[tuple[Source, Mask | None]], str]:
        """The counts of a column, the files that hold it with the rows that count, and its name in them."""
        if part == "label":
            file, _ = self._label_file(due(self.ws.spec, window, as_of), as_of)
            return profile(file, self.champion.reference.label.layout).counts[name], [(file, None)], LABEL
        side = next(side for side in self._sides if side.part == part)
        counted = self._counted(side, window)
        files = [file for partition, _ in counted for file in self._rows(side, partition, window)]
        stored = next(logged for logged, known in side.columns.items() if known == name)
        return _summed(side, counted).counts[name], [(self.log.path(file), mask) for file, mask in files], stored

    def _label_file(self, window: Interval, as_of: datetime) -> tuple[bytes, Sampled]:
        spec, labels = self.spec, LabelLog(self.ws.store, self.ws.model)
        rows = served(spec, self.log, window, version=self.champion.version, labels=labels, as_of=as_of)
        known = rows.of(rows.labelled)
        values = known.table["value"]
        if spec.task == "binary":
            values = values.cast(pa.int8())
        values = values if spec.task == "regression" else values.cast(pa.string())
        buffer = io.BytesIO()
        pq.write_table(pa.table({LABEL: values}), buffer)
        return buffer.getvalue(), Sampled(known.clusters.count, known.clusters.name)

    def domain(self, window: Interval) -> Estimate | None:
        """How well a classifier tells the window from the rows that the champion was fitted on.

        None unless the spec asks, where the log of the window lacks a feature, and where those rows are gone meanwhile.
        """
        spec, watched = self.spec, self.champion.watched
        if not spec.monitoring.drift.domain_classifier:
            return None
        names = spec.columns.features.names
        now = served(spec, self.log, window, version=self.champion.version, columns=names)
        if not set(names) <= set(now.table.column_names):
            return None  # what was not logged is no change; an empty feature is one
        try:
            snapshot = Ledger(self.ws.store, self.ws.model, watched.run_id).read("snapshot", Snapshot)
            was = holdout(spec, snapshot, watched.data, self.ws.store, names)
        except NotFound:
            return None
        return domain(spec, was.table, now.table, was.clusters.of_row, now.clusters.of_row)

    def answered(self, interval: Interval) -> int:
        """Requests of the hours and days that an interval touches, by the names of the files alone."""
        return sum(p.of(variants=ANSWERING).rows for p in self.log.partitions(interval))

    def features(self, window: Interval) -> Profile:
        """Features of a window: requests whichever version answered them, in the bins of the reference's features."""
        side = self._sides[0]
        return _summed(side, self._counted(side, window))

    @cached_property
    def _sides(self) -> tuple[_Side, _Side]:
        reference = self.champion.reference
        features, prediction = reference.features.layout, reference.prediction.layout
        stored = "score" if prediction.columns[0].kind == "numeric" else "decision"
        return (
            _Side("feature", features, {f"{FEATURE}{column.name}": column.name for column in features.columns}, None),
            _Side("prediction", prediction, {stored: PREDICTION}, self.champion.version),
        )

    @cached_property
    def spec(self) -> ModelSpec:
        """The model's, with the sampling unit of the reference: an edit of the spec is the next champion's."""
        split = self.ws.spec.training.split.model_copy(update={"sampling_unit": self._unit})
        training = self.ws.spec.training.model_copy(update={"split": split})
        return self.ws.spec.model_copy(update={"training": training})

    @property
    def _unit(self) -> str:
        return self.champion.reference.unit

    def _together(self, features: Profile, predictions: Profile) -> Profile:
        return Profile(
            layout=self.champion.reference.layout.digest,
            rows=features.rows,
            counts={**features.counts, **predictions.counts},
        )

    def _units(self, side: _Side, counted: Sequence[tuple[Partition, Profile]], window: Interval) -> Sampled:
        """Of the rows that were counted: the others are none of the part. Days, where the log does not have the unit."""
        answered = [partition for partition, found in counted if found.rows]
        values = set() if self._unit == "day" else self._values(side, answered, window)
        if values:
            return Sampled(len(values), self._unit)
        return Sampled(len({partition.interval.start.date() for partition in answered}), "day")

    def _values(self, side: _Side, partitions: Sequence[Partition], window: Interval) -> set[str | None]:
        """Of the sampling unit; none where a file lacks it, or no caller gave one."""
        found: set[str | None] = set()
        for file, mask in (each for partition in partitions for each in self._rows(side, partition, window)):
            there = self.log.columns(file)
            column = next((p + self._unit for p in (FEATURE, CONTEXT) if p + self._unit in there), None)
            if column is None:
                return set()
            values = pq.read_table(self.log.path(file), columns=[column])[column].cast(pa.string())
            found.update((values if mask is None else values.filter(pa.array(mask))).unique().to_pylist())
        return found if found - {None} else set()

    def _counted(self, side: _Side, window: Interval) -> list[tuple[Partition, Profile]]:
        """The counts of each partition."""
        partitions = (p.of(version=side.version, variants=ANSWERING) for p in self.log.partitions(window))
        return [(partition, self._stored(side, partition, window)) for partition in partitions if partition.files]

    def _stored(self, side: _Side, partition: Partition, window: Interval) -> Profile:
        """The counts of a partition, stored under its digest: a file that comes later has it counted anew.

        Where a window begins or ends inside an hour or a day, its rows of it are counted for that window alone.
        """
        if not _lies_in(partition, window):
            return self._count(side, partition, window)
        folder = self.champion.watched.reference.rsplit("/", 1)[0]
        key = f"{folder}/{PARTS[side.part]}/{partition.interval.start:%Y-%m-%dT%H}-{partition.digest}.bin"
        with suppress(NotFound):
            return Profile.from_bytes(self.ws.store.get(key))
        found = self._count(side, partition, window)
        self.ws.store.put(key, found.to_bytes())
        return found

    def _count(self, side: _Side, partition: Partition, window: Interval) -> Profile:
        found = Profile.empty(side.layout)
        for file, mask in self._rows(side, partition, window):
            found += profile(self.log.path(file), side.layout, columns=side.columns, keep=mask)
        return found

    def _rows(self, side: _Side, partition: Partition, window: Interval) -> Iterator[tuple[LogFile, Mask | None]]:
        """The files that have the columns, else a version wrote them that asked for other features; which rows count."""
        for file, mask in zip(partition.files, self.log.keep(partition), strict=True):
            if set(side.columns) <= set(self.log.columns(file)):
                inside = None if _lies_in(partition, window) else _inside(self.log.path(file), window)
                yield file, inside if mask is None else mask if inside is None else mask & inside


def _summed(side: _Side, counted: Sequence[tuple[Partition, Profile]]) -> Profile:
    return reduce(Profile.__add__, (found for _, found in counted), Profile.empty(side.layout))


def _lies_in(partition: Partition, window: Interval) -> bool:
    return window.start <= partition.interval.start and partition.interval.end <= window.end


def _inside(file: Path, window: Interval) -> Mask:
    """The rows of a file with event times in the window."""
    moments = pq.read_table(file, columns=["event_time"])["event_time"]
    inside = pc.and_(pc.greater_equal(moments, window.start), pc.less(moments, window.end))
    found: Mask = inside.to_numpy()
    return found
