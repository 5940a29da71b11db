"""From the rows that a version was fitted on, and the scores of its gated recipe, to what its windows are held against."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.features.frame import label, labelled
from evergreen.features.packaged import PackagedModel, load
from evergreen.features.rows import scan
from evergreen.monitoring.binned import Binned, Kind, binned
from evergreen.records.drift import Part
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.package import ModelPackage
from evergreen.records.profile import ColumnBins, Counts, Layout, Profile
from evergreen.records.reference import LABEL, PREDICTION, Reference, Sample
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.spec.model import ModelSpec
from evergreen.stats.grouping import grouping
from evergreen.stores.ports import ObjectStore

MOST_BLOCKS = 512
"""Sampling units of a column are hashed into so many blocks at most; days are a block each."""
Ints = NDArray[np.intp]
Column = tuple[str, Kind, pa.ChunkedArray]


@dataclass(frozen=True)
class Units:
    """The block of each row, numbers from 0, and how many sampling units there are; ``of_row`` None: rows are the unit."""

    of_row: Ints | None
    count: int


def reference(
    spec: ModelSpec, package: ModelPackage, gated: ModelPackage, snapshot: Snapshot, split: Split, store: ObjectStore
) -> Reference:
    """Features and label of the labelled rows that ``package`` was fitted on, predictions of ``gated`` on the test rows.

    The refitted package has seen the test rows, and its scores of them would be too sure. One column is held in memory at a
    time. The caller stores the bytes at `Reference.key`.

    Raises
    ------
    DataError
        The snapshot lacks a column.
    """
    fitted = _Rows(spec, store, snapshot, package.data, with_label=True)
    model = load(store, gated)
    tested = _Rows(spec, store, snapshot, split.test.interval, with_label=False)
    return Reference(
        model=spec.name,
        version=package.version,
        package=package.sha256,
        gated=gated.sha256,
        interval=package.data,
        test=split.test.interval,
        unit=spec.training.split.sampling_unit,
        features=sample_of(spec.name, fitted.features(), fitted.units()),
        prediction=sample_of(spec.name, [tested.predictions(model)], tested.units()),
        label=sample_of(spec.name, [fitted.labels()], fitted.units()),
    )


def values_of(
    spec: ModelSpec,
    reference: Reference,
    gated: ModelPackage,
    snapshot: Snapshot,
    store: ObjectStore,
    part: Part,
    name: str,
) -> pa.ChunkedArray:
    """The values that a column of a `reference` was made from; raises ``NotFound`` where its rows are gone."""
    if part == "prediction":
        return _Rows(spec, store, snapshot, reference.test, with_label=False).predictions(load(store, gated))[2]
    fitted = _Rows(spec, store, snapshot, reference.interval, with_label=True)
    return fitted.labels()[2] if part == "label" else fitted.column(name)


class _Rows:
    """Columns of the rows of an interval, one after the other, in one order."""

    def __init__(
        self, spec: ModelSpec, store: ObjectStore, snapshot: Snapshot, interval: Interval, *, with_label: bool
    ) -> None:
        self.spec, self.store, self.snapshot, self.interval = spec, store, snapshot, interval
        name = spec.columns.label.column
        self.kept = labelled(scan(store, snapshot, interval, [name])[name]) if with_label else None

    def column(self, name: str) -> pa.ChunkedArray:
        values = scan(self.store, self.snapshot, self.interval, [name])[name]
        return values if self.kept is None else values.filter(self.kept)

    def features(self) -> Iterator[Column]:
        features = self.spec.columns.features
        for name in features.names:
            yield name, "numeric" if name in features.numeric else "categorical", self.column(name)

    def labels(self) -> Column:
        """As the label record has them: 1 or 0, the class, or the number."""
        name = self.spec.columns.label.column
        values = label(self.spec, pa.table({name: self.column(name)}))
        return (
            LABEL,
            "numeric" if self.spec.task == "regression" else "categorical",
            pa.chunked_array([pa.array(values)]),
        )

    def predictions(self, model: PackagedModel) -> Column:
        """As the prediction record has them: the score, or the class; scored part by part."""
        names, found = model.spec.columns.features.names, []
        for part in self.snapshot.parts:
            rows = scan(self.store, replace(self.snapshot, parts=(part,)), self.interval, names)
            if len(rows):
                scores = model.scores(rows)
                classes = np.array(model.classes, dtype=object)
                found.append(pa.array(classes[scores.argmax(axis=1)] if model.classes else scores))
        kind: Kind = "categorical" if model.classes else "numeric"
        return PREDICTION, kind, pa.chunked_array(found, pa.string() if model.classes else pa.float64())

    def units(self) -> Units:
        unit, moment = self.spec.training.split.sampling_unit, self.snapshot.event_time
        if unit == "none":
            return Units(None, len(self.column(moment)))
        if unit == "day":
            since = self.column(moment).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
            days, of_row = np.unique(since // DAY_US, return_inverse=True)
            return Units(of_row, len(days))
        return _hashed(self.column(unit))


def _hashed(values: pa.ChunkedArray) -> Units:
    """Whole units in blocks that depend on their values alone; rows without one are a unit together."""
    encoded = values.cast(pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
    names = encoded.dictionary.to_pylist()
    block = np.array([zlib.crc32((name or "").encode()) % MOST_BLOCKS for name in names], dtype=np.intp)
    _, of_row = np.unique(block[encoded.indices.to_numpy()], return_inverse=True)
    return Units(of_row, len(names))


def sample_of(model: str, columns: Iterable[Column], units: Units) -> Sample:
    """Bins that suit the values of each column, and the rows in them, all together and by block.

    Parameters
    ----------
    columns
        Name, kind and values of each, all of the same rows; one is taken at a time.
    """
    layout: list[ColumnBins] = []
    counts: dict[str, Counts] = {}
    blocks: list[NDArray[np.int64]] = []
    rows = 0
    for name, kind, values in columns:
        rows = len(values)
        column, found = binned(name, kind, values)
        layout.append(column)
        counts[name] = found.counts(column)
        if units.of_row is not None:
            blocks.append(_blocks(column, counts[name], found, units.of_row))
    made = Layout(model=model, columns=tuple(layout))
    return Sample(
        layout=made,
        profile=Profile(layout=made.digest, rows=rows, counts=counts),
        units=units.count,
        blocks=np.concatenate(blocks, axis=1) if blocks else None,
    )


def _blocks(column: ColumnBins, counts: Counts, found: Binned, of_row: Ints) -> NDArray[np.int64]:
    """Rows by block and group, those of categories that only one block has among the new ones."""
    coarse = grouping(column, counts)
    groups, null = len(coarse.labels), found.of_row < 0
    group = np.append(coarse.of_bin, groups - 1)[found.of_row]
    if column.kind == "categorical" and not column.buckets and column.count and of_row.any():
        first, last = np.full(column.count, len(of_row)), np.full(column.count, -1)
        np.minimum.at(first, found.of_row[~null], of_row[~null])
        np.maximum.at(last, found.of_row[~null], of_row[~null])
        group = np.where(~null & (first == last)[found.of_row], groups - 2, group)
    number = int(of_row.max(initial=-1)) + 1
    return np.bincount(of_row * groups + group, minlength=number * groups).reshape(number, groups)
