"""The rows on which models are measured: labelled, of one interval of event time, with their sampling units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evergreen.features.frame import label, labelled
from evergreen.features.rows import rows
from evergreen.measures.measure import Clusters
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.snapshot import Snapshot
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

FEWEST_UNITS = 7
"""Below this many sampling units an interval says little; a week of days."""


@dataclass(frozen=True)
class Holdout:
    """Rows with a label, in the order of their event time."""

    interval: Interval
    table: pa.Table
    labels: NDArray[np.generic]
    clusters: Clusters


def holdout(
    spec: ModelSpec, snapshot: Snapshot, interval: Interval, store: ObjectStore, features: Sequence[str]
) -> Holdout:
    """Read the labelled rows of ``interval`` with these feature columns; an interval turned round has none."""
    columns, unit = spec.columns, spec.training.split.sampling_unit
    wanted = [columns.label.column, columns.event_time, *features, *([unit] if unit not in ("day", "none") else [])]
    until = max(interval.start, interval.end)
    table = rows(store, snapshot, replace(interval, end=until), tuple(dict.fromkeys(wanted)))
    return _of(spec, interval, table.filter(labelled(table[columns.label.column])))


def since(spec: ModelSpec, whole: Holdout, start: datetime) -> Holdout:
    """The rows of ``whole`` from ``start`` on."""
    if start <= whole.interval.start:
        return whole
    event = whole.table[spec.columns.event_time]
    later = pc.greater_equal(_microseconds(event), int(start.timestamp() * 1_000_000))
    interval = replace(whole.interval, start=min(start, whole.interval.end))
    return _of(spec, interval, whole.table.filter(later))


def shortcoming(spec: ModelSpec, found: Holdout) -> str:
    """Why these rows are too few to judge a model by, in words; empty when they are enough."""
    least, named = spec.training.split.min_rows, spec.training.split.sampling_unit
    when = f"from {found.interval.start:%Y-%m-%d %H:%M} to {found.interval.end:%Y-%m-%d %H:%M} UTC"
    if len(found.labels) < least:
        return f"{len(found.labels)} labelled rows {when}; at least {least} are needed (training.split.min_rows)."
    if named != "none" and found.clusters.count < FEWEST_UNITS:
        return f"{found.clusters.count} sampling units ({named}) {when}; at least {FEWEST_UNITS} are needed."
    if len(np.unique(found.labels.astype(str))) < 2:
        return f"All {len(found.labels)} rows {when} have the same label; two different ones are needed."
    return ""


def _of(spec: ModelSpec, interval: Interval, table: pa.Table) -> Holdout:
    return Holdout(interval, table, label(spec, table), _clusters(spec, table))


def _clusters(spec: ModelSpec, table: pa.Table) -> Clusters:
    """Numbers from 0 for the distinct units; rows without a unit (null) are one unit together."""
    name = spec.training.split.sampling_unit
    if name == "none":
        return Clusters(np.arange(len(table)), len(table), name)
    if name == "day":
        keys = _microseconds(table[spec.columns.event_time]).to_numpy() // DAY_US
    else:
        codes = pc.dictionary_encode(table[name]).combine_chunks()
        keys = pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False)
    return Clusters.by(keys, name)


def _microseconds(event: pa.ChunkedArray) -> pa.ChunkedArray:
    """Event times since 1970, in UTC."""
    return event.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
