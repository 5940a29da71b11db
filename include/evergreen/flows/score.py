"""Batch scoring: the champion answers for the rows of an interval, and its log keeps the answers and, later, the labels."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.core.clock import now
from evergreen.core.errors import RunError
from evergreen.data.snapshot import snapshot
from evergreen.features.frame import frame, label, labelled
from evergreen.features.packaged import PackagedModel, load, load_manifest
from evergreen.features.rows import rows
from evergreen.flows.workspace import Workspace
from evergreen.records.interval import DAY_US, Interval
from evergreen.records.label import label_layout
from evergreen.records.prediction import CONTEXT, FEATURE, request_key
from evergreen.records.run import Run, Way
from evergreen.spec.fairness import BINARY_THRESHOLD
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stores.labels import LabelLog
from evergreen.stores.predictions import PredictionLog, contexts

ASKED = ("prediction_id", "request_key", "event_time", "version")
EVER = datetime.max.replace(tzinfo=UTC)


def champion(ws: Workspace) -> PackagedModel:
    """The package that the journal names as champion, verified; raises ``RunError`` while there is none."""
    standing = ws.journal.state().champion
    if standing is None:
        raise RunError(f"{ws.model}: there is no champion yet that could answer. Retrain, and release its challenger.")
    return load(ws.store, load_manifest(ws.store, ws.model, standing.package))


def score(ws: Workspace, interval: Interval, model: PackagedModel | None = None) -> int:
    """Let the champion answer for each raw row with an event time in ``interval``, and log the answers; how many there are.

    An answer is named by model, version, variant and the row's keys, so that scoring again logs nothing that counts.

    Parameters
    ----------
    model
        The champion, where the caller has it loaded.

    Raises
    ------
    RunError
        There is no champion.
    DataError
        The raw data of the interval is not complete, or is not what the package was trained on.
    """
    model = model or champion(ws)
    columns = dict.fromkeys((*model.spec.columns.features.names, *contexts(model.spec), *_named(ws.spec)))
    table = _raw(ws, interval, interval.end, tuple(columns))
    if not len(table):
        return 0
    PredictionLog(ws.store, ws.model).append(model.spec, _answers(model, table), classes=model.classes, per="day")
    return len(table)


def land_labels(ws: Workspace, interval: Interval, as_of: datetime) -> int:
    """Log the labels, due by ``as_of``, of the predictions of ``interval``, as the raw rows say; how many there are.

    A label is due `columns.label.delay` after its event, and counts as observed then. One that differs from what the log
    has is a correction. A correction, and a label that was missing when others of its day were logged, is observed at
    ``as_of``: a report that was made before does not know it. To land the same again changes nothing.

    Raises
    ------
    DataError
        The raw data is not complete.
    """
    delay = ws.spec.columns.label.delay
    due = Interval(start=interval.start, end=min(interval.end, as_of - delay))
    asked = _asked(ws, due) if due.start < due.end else None
    if asked is None or not len(asked):
        return 0
    name = ws.spec.columns.label.column
    raw = _raw(ws, due, as_of, tuple(dict.fromkeys((*_named(ws.spec), name))))
    raw = raw.filter(labelled(raw[name]))
    place = pc.index_in(asked["request_key"], value_set=_keys(ws.spec, raw))
    found, at = asked.filter(pc.is_valid(place)), pc.drop_null(place)
    if len(found):
        log = LabelLog(ws.store, ws.model)
        known = list(log.read(due, as_of=EVER))
        came = _labels(ws.spec, found, raw.take(at), delay)
        log.append(ws.spec, _news(came, found["version"], pa.concat_tables(known), as_of) if known else came)
    return len(found)


def _named(spec: ModelSpec) -> tuple[str, ...]:
    return (*spec.columns.keys, spec.columns.event_time)


def _raw(ws: Workspace, interval: Interval, until: datetime, columns: tuple[str, ...]) -> pa.Table:
    """Rows of the interval from what is complete at ``until``, through the snapshot that a training would take of it."""
    window = until - interval.start
    run = Run(
        model=ws.model, run_id="score", way=Way.MANUAL, as_of=until, asked_by="score", reason="score", window=window
    )
    data = snapshot(ws.spec, run, ws.store, connect=ws.connect)
    have = {column.name for column in data.columns}
    optional = set(contexts(ws.spec)) - have
    return rows(ws.store, data, interval, tuple(name for name in columns if name not in optional))


def _asked(ws: Workspace, interval: Interval) -> pa.Table | None:
    log = PredictionLog(ws.store, ws.model)
    batches = [batch for partition in log.partitions(interval) for batch in log.read(partition, ASKED)]
    if not batches:
        return None
    moment = pc.field("event_time")
    return pa.Table.from_batches(batches).filter((moment >= interval.start) & (moment < interval.end))


def _answers(model: PackagedModel, table: pa.Table) -> pa.Table:
    spec, count, version = model.spec, len(table), model.package.version
    scores = model.scores(table)
    seen, keys = frame(spec, table), _keys(spec, table)
    features = spec.columns.features
    columns: dict[str, Any] = {
        "prediction_id": _ids(spec.name, version, keys),
        "request_key": keys,
        "model": pa.repeat(spec.name, count),
        "version": pa.repeat(pa.scalar(version, pa.int32()), count),
        "variant": pa.repeat("champion", count),
        "event_time": table[spec.columns.event_time].cast(pa.timestamp("us", tz="UTC")),
        "served_time": pa.repeat(pa.scalar(now(), pa.timestamp("us", tz="UTC")), count),
    }
    columns |= {FEATURE + name: pa.array(seen[name], pa.float64(), from_pandas=True) for name in features.numeric}
    columns |= {FEATURE + name: pa.array(seen[name], pa.string(), from_pandas=True) for name in features.categorical}
    for name in contexts(spec):
        known = name in table.column_names
        columns[CONTEXT + name] = table[name].cast(pa.string()) if known else pa.nulls(count, pa.string())
    return pa.table(columns | _said(spec, scores, model.classes))


def _said(spec: ModelSpec, scores: Floats, classes: tuple[str, ...]) -> dict[str, pa.Array]:
    """Score, scores and decision, as the record of a prediction has them for the task."""
    count = len(scores)
    if spec.task == "multiclass":
        likeliest = scores.argmax(axis=1)
        ends = pa.array(np.arange(0, scores.size + 1, scores.shape[1]), pa.int32())
        return {
            "score": pa.array(scores.max(axis=1)),
            "scores": pa.ListArray.from_arrays(ends, pa.array(scores.ravel())),
            "decision": pa.array(np.array(classes, dtype=object)[likeliest], pa.string()),
        }
    decision = pa.nulls(count, pa.string())
    if spec.task == "binary":
        cut = BINARY_THRESHOLD if spec.fairness.threshold is None else spec.fairness.threshold
        decision = pc.if_else(pa.array(scores >= cut), "1", "0")
    return {"score": pa.array(scores), "scores": pa.nulls(count, pa.list_(pa.float64())), "decision": decision}


def _keys(spec: ModelSpec, table: pa.Table) -> pa.Array:
    columns = [table[name].to_pylist() for name in spec.columns.keys]
    return pa.array([request_key(*values) for values in zip(*columns, strict=True)], pa.string())


def _ids(model: str, version: int, keys: pa.Array) -> pa.Array:
    begin = hashlib.sha256(f"{model}\n{version}\nchampion\n".encode())
    ids = []
    for key in keys.to_pylist():
        one = begin.copy()
        one.update(key.encode())
        ids.append(one.hexdigest()[:32])
    return pa.array(ids, pa.string())


def _labels(spec: ModelSpec, asked: pa.Table, raw: pa.Table, delay: timedelta) -> pa.Table:
    values = label(spec, raw)
    values = values if spec.task == "multiclass" else values.astype(np.float64)
    columns = {
        "prediction_id": asked["prediction_id"],
        "event_time": asked["event_time"],
        "value": pa.array(values, from_pandas=False),
        "observed_time": pc.add(asked["event_time"], pa.scalar(delay, pa.duration("us"))),
        "correction": pa.repeat(pa.scalar(0, pa.int32()), len(asked)),
    }
    return pa.table([columns[c.name] for c in label_layout(classes=spec.task == "multiclass")], names=list(columns))


def _news(came: pa.Table, versions: pa.ChunkedArray, known: pa.Table, as_of: datetime) -> pa.Table:
    """The labels that are not ``known`` yet or have changed, with their correction and when they were observed.

    Labels come in the order of events. What is older than a known label of its day and version should have been known with it.
    """
    place = pc.index_in(came["prediction_id"], value_set=known["prediction_id"].combine_chunks())
    fresh = pc.is_null(place)
    changed = pc.not_equal(known["value"].cast(came["value"].type).take(place), came["value"])
    event = came["event_time"].cast(pa.int64()).to_numpy()
    days = pd.DataFrame({"version": versions.to_numpy(), "day": event // DAY_US, "known": np.where(fresh, 0, event)})
    late = pa.array(event <= days.groupby(["version", "day"])["known"].transform("max").to_numpy())
    observed = pc.if_else(late, pa.scalar(as_of, pa.timestamp("us", tz="UTC")), came["observed_time"])
    correction = pc.fill_null(pc.add(known["correction"].take(place), pa.scalar(1, pa.int32())), 0)
    new = came.set_column(3, "observed_time", observed).set_column(4, "correction", correction)
    return new.filter(pc.or_(fresh, pc.fill_null(changed, False)))
