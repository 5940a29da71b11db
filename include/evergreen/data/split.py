"""From a snapshot to train, calibration and test."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from evergreen.core.errors import DataError
from evergreen.data.cuts import cuts
from evergreen.data.epoch import microseconds
from evergreen.data.keys import repeated_keys, units
from evergreen.data.leakage import categorical_strength, numeric_strength
from evergreen.features.frame import label as label_of
from evergreen.features.frame import labelled
from evergreen.features.rows import scan
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

Labels = npt.NDArray[np.generic]
Moments = npt.NDArray[np.int64]


def split(spec: ModelSpec, run: Run, snapshot: Snapshot, store: ObjectStore) -> Split:
    """Cut the snapshot by event time, on labels that are known at ``run.as_of``.

    Deterministic, and the same whatever the order of the rows in the raw data. Rows without a label are left out where
    the spec says that a label may be missing.

    Raises
    ------
    DataError
        Rows from the future, missing labels, spans with too few rows or one class only, keys that name several rows, or
        a feature that alone predicts the label almost perfectly.
    """
    _refuse_future(spec, run, snapshot, store)
    policy, columns = spec.training.split, spec.columns
    cut = cuts(policy, columns.label.delay, snapshot.window, run.as_of)
    moments, label, known = _labels(spec, snapshot, store, cut.mature)
    intervals = (cut.train, cut.calibration, cut.test, cut.mature)
    inside = [_inside(moments, interval) for interval in intervals]
    counts = _units(spec, snapshot, store, intervals, moments, inside)
    train, calibration, test, mature = (
        Span(interval=interval, rows=int(rows.sum()), label_rate=_rate(spec, label[rows]), units=count)
        for interval, rows, count in zip(intervals, inside, counts, strict=True)
    )
    for name, span, rows in (("train", train, inside[0]), ("test", test, inside[2])):
        _refuse_poor(spec, name, span, label[rows])
    _refuse_repeats(spec, snapshot, store, intervals[:3])
    leakage = _leakage(spec, snapshot, store, cut.mature, moments, label, known)
    return Split(
        model=spec.name,
        snapshot=snapshot.digest,
        as_of=run.as_of,
        train=train,
        calibration=calibration,
        test=test,
        mature=mature,
        leakage=leakage,
    )


def _refuse_future(spec: ModelSpec, run: Run, snapshot: Snapshot, store: ObjectStore) -> None:
    if snapshot.window.end <= run.as_of:
        return
    later = Interval(start=run.as_of, end=snapshot.window.end)
    if count := scan(store, snapshot, later, [snapshot.event_time]).num_rows:
        raise DataError(
            f"{spec.name}: {count} rows of the snapshot are from the future: their event time is not before the run's as_of "
            f"{run.as_of.isoformat()}. Take the snapshot with this as_of."
        )


def _labels(
    spec: ModelSpec, snapshot: Snapshot, store: ObjectStore, mature: Interval
) -> tuple[Moments, Labels, pa.ChunkedArray]:
    """Event times (in microseconds) and labels of the labelled rows, and which rows of the scan these are."""
    name = spec.columns.label.column
    table = scan(store, snapshot, mature, [snapshot.event_time, name])
    known = labelled(table[name])
    rows = table.filter(known)
    missing = table.num_rows - rows.num_rows
    if missing and not spec.columns.label.nullable:
        raise DataError(
            f"{spec.name}: {missing} of {table.num_rows} rows whose label should be known have none in column {name}. Land "
            "the labels, or say columns.label.nullable: true, and these rows are left out."
        )
    return rows[snapshot.event_time].cast(pa.int64()).to_numpy(), label_of(spec, rows), known


def _inside(moments: Moments, interval: Interval) -> npt.NDArray[np.bool_]:
    start, end = microseconds(interval.start), microseconds(interval.end)
    return (moments >= start) & (moments < end)


def _units(
    spec: ModelSpec,
    snapshot: Snapshot,
    store: ObjectStore,
    intervals: Sequence[Interval],
    moments: Moments,
    inside: Sequence[npt.NDArray[np.bool_]],
) -> list[int]:
    """Sampling units of each interval: rows, days of UTC, or values of a column."""
    unit = spec.training.split.sampling_unit
    if unit == "none":
        return [int(rows.sum()) for rows in inside]
    if unit == "day":
        return [len(np.unique(moments[rows] // DAY_US)) for rows in inside]
    if unit not in {column.name for column in snapshot.columns}:
        raise DataError(
            f"{spec.name}: training.split.sampling_unit is {unit!r}, which is neither day nor none nor a column of the data."
        )
    return [units(store, snapshot, interval, spec.columns.label.column, unit) for interval in intervals]


def _rate(spec: ModelSpec, label: Labels) -> float | None:
    """The mean label, summed exactly, so that the order of the rows does not show."""
    if spec.task == "multiclass" or not label.size:
        return None
    return math.fsum(label.astype(np.float64)) / label.size


def _refuse_poor(spec: ModelSpec, name: str, span: Span, label: Labels) -> None:
    where = f"{spec.name}: the {name} span, {span.interval.start.isoformat()} to {span.interval.end.isoformat()},"
    need = spec.training.split.min_rows
    if span.rows < need:
        raise DataError(
            f"{where} has {span.rows} rows with a known label and needs {need}. Land more data, choose a later as_of or a longer "
            "window, or lower training.split.min_rows."
        )
    if spec.task != "regression" and len(np.unique(label)) == 1:
        raise DataError(
            f"{where} has one class only in column {spec.columns.label.column}, in all of its {span.rows} rows. Choose a window "
            "with both, or check columns.label.positive."
        )


def _refuse_repeats(spec: ModelSpec, snapshot: Snapshot, store: ObjectStore, spans: Sequence[Interval]) -> None:
    found = repeated_keys(store, snapshot, spans, spec.columns.label.column)
    if found.keys:
        raise DataError(
            f"{spec.name}: {found.keys} values of the keys {', '.join(snapshot.keys)} name more than one row, and {found.across} "
            "of them lie in more than one of train, calibration and test. Land each event once, or name further key columns."
        )


def _leakage(
    spec: ModelSpec,
    snapshot: Snapshot,
    store: ObjectStore,
    mature: Interval,
    moments: Moments,
    label: Labels,
    known: pa.ChunkedArray,
) -> dict[str, float]:
    """Strength of each feature alone, read one column at a time; refuses what is too strong."""
    found, limit = {}, spec.training.split.leakage_limit
    for name in spec.columns.features.names:
        values = scan(store, snapshot, mature, [name])[name].filter(known).combine_chunks()
        if name in spec.columns.features.numeric:
            strength = numeric_strength(spec.task, label, values.cast(pa.float64()).to_numpy(zero_copy_only=False))
        else:
            strength = categorical_strength(spec.task, label, values, moments)
        found[name] = round(strength, 6)
    strong = sorted((name for name in found if found[name] >= limit), key=lambda name: -found[name])
    if strong:
        measure = "|Spearman|" if spec.task == "regression" else "AUC"
        raise DataError(
            f"{spec.name}: {', '.join(f'{name} ({measure} {found[name]:.4f})' for name in strong)} alone predicts the label almost "
            f"perfectly; the limit is {limit}. It probably knows the outcome: take it out of columns.features, or, if it is "
            "honestly known in time, raise training.split.leakage_limit."
        )
    return found
