"""Performance: a version's served predictions held against their labels, and against what its scores let one expect."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow.compute as pc

from evergreen.core.digest import digest_of
from evergreen.measures.classes import aligned
from evergreen.monitoring.cause import cause
from evergreen.monitoring.estimate import estimate
from evergreen.monitoring.served import Served, served
from evergreen.monitoring.truth import Truth, measured, truth, values, watched_disparities, watched_slices
from evergreen.records.calibration import Calibration
from evergreen.records.interval import Interval
from evergreen.records.performance import Expected, Past, PerformanceReport, newest_of
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stats.intervals import TAIL
from evergreen.stores.labels import LabelLog
from evergreen.stores.predictions import PredictionLog

MOST_PAST = 100
"""Of so many earlier windows the estimates are kept in a report."""
SEED_DIGITS = 12
AFTERWARDS = ", made when the labels had come"
UNITS = (
    "The units of the window are of {here}, those of the calibration of {there}: how far chance moves a value is not known. "
    "Have callers give {there}, or retrain."
)
UNCALIBRATED = "No calibration is stored with the version: there is no label-free estimate."


def performance(
    spec: ModelSpec,
    log: PredictionLog,
    labels: LabelLog,
    *,
    version: int,
    window: Interval,
    as_of: datetime,
    calibration: Calibration | None = None,
    earlier: Sequence[PerformanceReport] = (),
) -> PerformanceReport:
    """Measure the newest window whose labels are due, and estimate ``window`` itself.

    Only predictions that went to callers count. A version that served in a part of a window is measured on that part.

    Parameters
    ----------
    window
        The newest window; `due` says which one is measured.
    as_of
        Labels that were observed later are not known yet.
    calibration
        Of the version; without one there is no estimate.
    earlier
        Reports on the same version, the one as of the end of the window that is due among them: what that one expected of
        it is held against the truth. The truth of the last window that shares no row with the one that is due is measured
        again: its labels may have been corrected since.
    """
    ended = due(spec, window, as_of)
    asked = tuple(dict.fromkeys((*spec.slices.columns_read, *spec.columns.sensitive)))
    rows = served(spec, log, ended, version=version, columns=asked, labels=labels, as_of=as_of)
    newest = rows if window == ended else served(spec, log, window, version=version)
    known = truth(spec, rows, ended)
    report = replace(_measured(spec, known, rows, ended), version=version, current=window)
    past, again = _past(earlier), _apart(ended, spec.monitoring.every)
    if any(p.window == again for p in past):
        rows = served(spec, log, again, version=version, labels=labels, as_of=as_of)
        past = _with_truth(past, again, values(spec, truth(spec, rows, again)))
    said = [e for one in earlier if one.current == ended for e in one.estimated]
    return _estimated(spec, calibration, report, known.rows, newest, past, said)


def due(spec: ModelSpec, window: Interval, as_of: datetime) -> Interval:
    """The newest window of the same length whose last label is due at ``as_of``, earlier by whole steps.

    >>> from datetime import UTC, timedelta
    >>> from types import SimpleNamespace as Part
    >>> spec = Part(columns=Part(label=Part(delay=timedelta(days=1))), monitoring=Part(every=timedelta(days=1)))
    >>> march = Interval(start=datetime(2013, 3, 1, tzinfo=UTC), end=datetime(2013, 3, 15, tzinfo=UTC))
    >>> due(spec, march, datetime(2013, 3, 15, 6, tzinfo=UTC)).end.day
    14
    """
    late = window.end + spec.columns.label.delay - as_of
    shift = max(0, math.ceil(late / spec.monitoring.every)) * spec.monitoring.every
    return Interval(start=window.start - shift, end=window.end - shift)


def _measured(spec: ModelSpec, known: Truth, rows: Served, window: Interval) -> PerformanceReport:
    """The report as far as labels decide it."""
    seed = int(digest_of([spec.name, window.start.isoformat()])[:SEED_DIGITS], 16)
    lag_median, lag_high = _lags(known.rows)
    return PerformanceReport(
        model=spec.name,
        version=0,
        window=window,
        rows=len(rows.table),
        units=None if rows.clusters.name == "none" else rows.clusters.count,
        labelled=len(known.labels),
        corrected=int(pc.sum(pc.greater(known.rows.table["correction"].cast("int32"), 0)).as_py() or 0),
        lag_median=lag_median,
        lag_high=lag_high,
        reason=known.reason,
        measured=measured(spec, known, seed=seed),
        current=window,
        estimated=(),
        slices=watched_slices(spec, known, seed=seed),
        disparities=watched_disparities(spec, known, seed=seed),
    )


def _estimated(
    spec: ModelSpec,
    calibration: Calibration | None,
    report: PerformanceReport,
    known: Served,
    newest: Served,
    past: Sequence[Past],
    said: Sequence[Expected],
) -> PerformanceReport:
    """The report with what scores alone suggest, of the ``known`` rows and of the ``newest``."""
    before = tuple(p for p in past if p.window != report.window)
    matched = _expected(spec, calibration, known, before) if report.measured else ()
    past = newest_of((*before, *_became(report, matched, said)), MOST_PAST)
    estimated = _expected(spec, calibration, newest, past)
    held = [p.expected.held for p in past if p.expected.held is not None]
    return replace(
        report,
        estimated=estimated,
        past=past,
        coverage=sum(held) / len(held) if held else None,
        kind=cause(spec.task, calibration, report.measured, matched, estimated, known.clusters.count),
        unestimated="" if estimated else _why_not(spec, calibration, newest),
    )


def _past(earlier: Sequence[PerformanceReport]) -> tuple[Past, ...]:
    """What is known of earlier windows, in order; of two reports the later one counts."""
    known = {(p.window.start, p.window.end, p.expected.metric): p for report in earlier for p in report.past}
    return tuple(known[key] for key in sorted(known))


def _apart(window: Interval, every: timedelta) -> Interval:
    """The last window before this one, in steps of ``every``, that shares no row with it."""
    shift = math.ceil((window.end - window.start) / every) * every
    return Interval(start=window.start - shift, end=window.end - shift)


def _with_truth(past: Sequence[Past], window: Interval, known: Mapping[str, float]) -> tuple[Past, ...]:
    """The past with what is known of one window by now: its labels may have been corrected, and late ones have come."""
    return tuple(
        replace(p, expected=replace(p.expected, truth=known.get(p.expected.metric, p.expected.truth)))
        if p.window == window
        else p
        for p in past
    )


def _became(report: PerformanceReport, matched: Sequence[Expected], said: Sequence[Expected]) -> tuple[Past, ...]:
    """What was ``said`` of the window when it was the newest, with its truth.

    Where nothing was, what is expected of it now: that teaches how far estimates are off, and has no interval that could hold.
    """
    known = {m.metric: m.estimate.value for m in report.measured}
    late = report.window != report.current
    thought = {e.metric: _afterwards(e) if late else e for e in matched} | {e.metric: e for e in said}
    return tuple(
        Past(window=report.window, expected=replace(e, truth=known[name]))
        for name, e in thought.items()
        if name in known
    )


def _afterwards(made: Expected) -> Expected:
    found = made.estimate
    return replace(made, estimate=replace(found, low=None, high=None, method=found.method + AFTERWARDS))


def _expected(
    spec: ModelSpec, calibration: Calibration | None, rows: Served, past: Sequence[Past]
) -> tuple[Expected, ...]:
    if calibration is None or rows.clusters.name != calibration.unit or len(rows.scores) < spec.training.split.min_rows:
        return ()
    scores = _in_order(rows, calibration)
    return estimate(spec.task, calibration, scores, rows.clusters, past) if np.isfinite(scores).all() else ()


def _in_order(rows: Served, calibration: Calibration) -> Floats:
    return aligned(rows.scores, rows.classes, calibration.classes) if calibration.classes else rows.scores


def _why_not(spec: ModelSpec, calibration: Calibration | None, rows: Served) -> str:
    if calibration is None:
        return UNCALIBRATED
    least = spec.training.split.min_rows
    few = f"{len(rows.scores)} predictions; at least {least} are needed (training.split.min_rows)."
    if calibration.reason or len(rows.scores) < least:
        return calibration.reason or few
    here, there = rows.clusters.name, calibration.unit
    if here != there:
        return UNITS.format(here=here, there=there)
    return "Some scores are NaN or infinite."


def _lags(rows: Served) -> tuple[float, float] | tuple[None, None]:
    """Seconds from event to first label, whether or not it was corrected: the median and the 95th percentile."""
    if not len(rows.table):
        return None, None
    moments = [rows.table[name].cast("int64").to_numpy() for name in ("first_observed", "event_time")]
    median, high = np.quantile((moments[0] - moments[1]) / 1e6, [0.5, 1 - 2 * TAIL])
    return float(median), float(high)
