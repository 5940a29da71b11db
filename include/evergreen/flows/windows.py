"""Windows of the prediction log, in the bins of a champion's reference.

Each partition of the log is counted once for a reference; what is counted lies beside the reference, and a window is a sum.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce

import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.flows.champion import Champion
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.measures.holdout import holdout
from evergreen.monitoring.domain import domain
from evergreen.monitoring.profile import profile
from evergreen.monitoring.served import served
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.prediction import ANSWERING, CONTEXT, FEATURE
from evergreen.records.profile import Layout, Profile
from evergreen.records.reference import LABEL, PREDICTION
from evergreen.records.snapshot import Snapshot
from evergreen.stores.labels import LabelLog
from evergreen.stores.partitions import Partition
from evergreen.stores.predictions import PredictionLog


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
        features, predictions = self.features(window), self._predictions(window)
        return Profile(
            layout=self.champion.reference.layout.digest,
            rows=features.rows,
            counts={**features.counts, **predictions.counts},
        )

    def labels(self, window: Interval, as_of: datetime) -> Profile:
        """The labels that have come until ``as_of`` for the champion's answers of a window."""
        spec, layout = self.ws.spec, self.champion.reference.label.layout
        labels = LabelLog(self.ws.store, self.ws.model)
        rows = served(spec, self.log, window, version=self.champion.version, labels=labels, as_of=as_of)
        values = rows.of(rows.labelled).table["value"]
        if spec.task == "binary":
            values = values.cast(pa.int8())
        values = values if spec.task == "regression" else values.cast(pa.string())
        buffer = io.BytesIO()
        pq.write_table(pa.table({LABEL: values}), buffer)
        return profile(buffer.getvalue(), layout)

    def units(self, window: Interval) -> int | None:
        """Sampling units in the window; None where rows are the unit."""
        unit = self.ws.spec.training.split.sampling_unit
        if unit == "none":
            return None
        answered = [p for p in (p.of(variants=ANSWERING) for p in self.log.partitions(window)) if p.files]
        if unit == "day":
            return len({partition.interval.start.date() for partition in answered})
        column = (FEATURE if unit in self.ws.spec.columns.features.names else CONTEXT) + unit
        batches = (batch for partition in answered for batch in self.log.read(partition, [column]))
        return len({value for batch in batches for value in batch.column(0).unique().to_pylist()})

    def domain(self, window: Interval) -> Estimate | None:
        """How well a classifier tells the window from the rows that the champion was fitted on; None unless the spec asks."""
        spec, watched = self.ws.spec, self.champion.watched
        if not spec.monitoring.drift.domain_classifier:
            return None
        names = spec.columns.features.names
        snapshot = Ledger(self.ws.store, self.ws.model, watched.run_id).read("snapshot", Snapshot)
        was = holdout(spec, snapshot, watched.data, self.ws.store, names)
        now = served(spec, self.log, window, version=self.champion.version, columns=names)
        if set(now.missing) & set(names) or not len(now.table):
            return None
        return domain(spec, was.table, now.table, was.clusters.of_row, now.clusters.of_row)

    def answered(self, interval: Interval) -> int:
        """Requests of the hours and days that an interval touches, by the names of the files alone."""
        return sum(p.of(variants=ANSWERING).rows for p in self.log.partitions(interval))

    def features(self, window: Interval) -> Profile:
        """Features of a window: requests whichever version answered them, in the bins of the reference's features."""
        layout = self.champion.reference.features.layout
        columns = {f"{FEATURE}{column.name}": column.name for column in layout.columns}
        return self._sum(window, layout, columns, "features", None)

    def _predictions(self, window: Interval) -> Profile:
        layout = self.champion.reference.prediction.layout
        stored = "score" if layout.columns[0].kind == "numeric" else "decision"
        return self._sum(window, layout, {stored: PREDICTION}, PREDICTION, self.champion.version)

    def _sum(
        self, window: Interval, layout: Layout, columns: Mapping[str, str], part: str, version: int | None
    ) -> Profile:
        counted = (
            self._counted(partition.of(version=version, variants=ANSWERING), layout, columns, part)
            for partition in self.log.partitions(window)
        )
        return reduce(Profile.__add__, counted, Profile.empty(layout))

    def _counted(self, partition: Partition, layout: Layout, columns: Mapping[str, str], part: str) -> Profile:
        """The counts of a partition, stored under its digest: a file that comes later has it counted anew."""
        folder = self.champion.watched.reference.rsplit("/", 1)[0]
        key = f"{folder}/{part}/{partition.interval.start:%Y-%m-%dT%H}-{partition.digest}.bin"
        if not partition.files:
            return Profile.empty(layout)
        try:
            return Profile.from_bytes(self.ws.store.get(key))
        except NotFound:
            masks = self.log.keep(partition)
        found = Profile.empty(layout)
        for file, mask in zip(partition.files, masks, strict=True):
            if set(columns) <= set(self.log.columns(file)):  # else a version that asked for other features
                found += profile(self.log.path(file), layout, columns=columns, keep=mask)
        self.ws.store.put(key, found.to_bytes())
        return found
