"""Monitoring, step by step: profile -> drift -> performance -> decide.

Every step does what is due: a report for the end of each ``monitoring.every`` since the newest one, so that a missed week is
made up for. A step that is repeated finds what it has stored and goes on; ``decide`` notes the newest report
last: one that was written and not noted is made again, which asks for nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from evergreen.core.clock import now
from evergreen.core.errors import NotFound, RunError
from evergreen.flows.champion import Champion, champion_of
from evergreen.flows.confirmation import lapse
from evergreen.flows.exact import exact
from evergreen.flows.look import look
from evergreen.flows.looks import (
    DRIFT,
    PERFORMANCE,
    earlier_looks,
    earlier_parts,
    folder_of,
    note_newest,
    read_newest,
    read_part,
)
from evergreen.flows.windows import Windows
from evergreen.flows.workspace import Workspace
from evergreen.monitoring.cause import cause_by_drift
from evergreen.monitoring.drift import drift as compared
from evergreen.monitoring.performance import due
from evergreen.monitoring.performance import performance as measured
from evergreen.records.drift import DriftReport
from evergreen.records.interval import Interval
from evergreen.records.looked import Looked
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import PerformanceReport
from evergreen.stores.labels import LabelLog
from evergreen.stores.predictions import PredictionLog

MOST = 60
"""A run makes at most so many reports; the next one goes on."""
EARLIER = 30
"""So many earlier reports are read, and more where a rule looks further back."""
NOTHING_DUE = "No report is due."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def profile(ws: Workspace, until: datetime) -> Looked:
    """Count the predictions of every window that is due in the bins of the champion's reference."""

    def counted(windows: Windows, as_of: datetime) -> None:
        windows.profile(_window(ws, as_of))

    return _each(ws, until, counted)


def drift(ws: Workspace, until: datetime) -> Looked:
    """Hold each of those windows against the reference."""

    def held(windows: Windows, as_of: datetime) -> None:
        key, window, version = folder_of(ws.model, as_of) + DRIFT, _window(ws, as_of), windows.champion.version
        if read_part(ws.store, key, DriftReport, version) is not None:
            return
        counted, labels = windows.counted(window), windows.labels(due(ws.spec, window, as_of), as_of)
        report = compared(
            ws.spec,
            windows.champion.reference,
            counted.profile,
            window=window,
            units={**counted.units, **labels.units},
            version=version,
            weights=windows.champion.weights,
            label=labels.profile,
            earlier=earlier_parts(ws.store, ws.model, _before(ws, as_of, EARLIER), DRIFT, DriftReport, version),
            domain=windows.domain(window),
        )
        ws.store.put(key, exact(windows, report, as_of).to_json())

    return _each(ws, until, held)


def performance(ws: Workspace, until: datetime) -> Looked:
    """Hold predictions against the labels that have come, and estimate what has not."""

    def looked(windows: Windows, as_of: datetime) -> None:
        key, version = folder_of(ws.model, as_of) + PERFORMANCE, windows.champion.version
        if read_part(ws.store, key, PerformanceReport, version) is None:
            said = due(ws.spec, _window(ws, as_of), as_of).end  # of late labels, longer ago than the last reports
            before = sorted({said, *_before(ws, as_of, EARLIER)})
            report = measured(
                windows.spec,
                windows.log,
                LabelLog(ws.store, ws.model),
                version=version,
                window=_window(ws, as_of),
                as_of=as_of,
                calibration=windows.champion.calibration,
                earlier=earlier_parts(ws.store, ws.model, before, PERFORMANCE, PerformanceReport, version),
            )
            if not report.estimated:
                drifted = read_part(ws.store, folder_of(ws.model, said) + DRIFT, DriftReport, version)
                judged = windows.champion.watched.metrics
                report = replace(report, kind=cause_by_drift(ws.spec.task, judged, report.measured, drifted))
            ws.store.put(key, report.to_json())

    return _each(ws, until, looked)


def decide(ws: Workspace, until: datetime) -> MonitorReport | str:
    """Hold the rules against what the steps before found, and ask for a retraining where that follows.

    Of several reports that are due the newest alone leads to anything, also where a later run makes it. Without one that
    is due, the one as of this time again: the step may have been stopped when it had noted it. Without that, the reason.

    Raises
    ------
    RunError
        For a time that has not come.
    """
    lapse(ws)
    for step in (drift, performance):  # again: another version may have become champion since
        step(ws, until)
    champion, moments = _due(ws, until)
    if isinstance(champion, str):
        return champion
    windows, report, last = Windows(ws, champion), None, _floored(until, ws.spec.monitoring.every)
    count = max([EARLIER, *(rule.windows.of - 1 for rule in ws.spec.monitoring.rules)])
    for moment in moments:
        earlier = earlier_looks(ws.store, ws.model, _before(ws, moment, count), champion.version)
        report = look(windows, moment, _window(ws, moment), earlier, newest=moment == last)
        ws.store.put(folder_of(ws.model, moment) + "monitor.json", report.to_json())
        note_newest(ws.store, report)
    return report or _noted(ws, until) or NOTHING_DUE


def _noted(ws: Workspace, until: datetime) -> MonitorReport | None:
    """The report as of this time, if it is the newest one."""
    try:
        newest = read_newest(ws.store, ws.model)
    except NotFound:
        return None
    return newest if newest.as_of == _floored(until, ws.spec.monitoring.every) else None


def _each(ws: Workspace, until: datetime, step: Callable[[Windows, datetime], None]) -> Looked:
    champion, moments = _due(ws, until)
    if isinstance(champion, str):
        return Looked(model=ws.model, as_of=(), reason=champion)
    windows = Windows(ws, champion)
    for moment in moments:
        step(windows, moment)
    return Looked(model=ws.model, as_of=tuple(moments), reason="" if moments else NOTHING_DUE)


def _due(ws: Workspace, until: datetime) -> tuple[Champion | str, Sequence[datetime]]:
    """The champion, and the ends of the windows for which there is no report, the oldest first."""
    champion = champion_of(ws)
    if isinstance(champion, str):
        return champion, ()
    every = ws.spec.monitoring.every
    last = _floored(until, every)
    if last > now():
        raise RunError(
            f"{ws.model}: no report can be made as of {last:%Y-%m-%d %H:%M} UTC, which has not come yet. "
            "Give a time that is over, or none for now."
        )
    first = _first(ws, every)
    if first is None:
        return "Nothing was predicted yet.", ()
    count = max(0, (last - first) // every + 1)
    moments = [first + every * n for n in range(min(count, MOST))]
    return champion, moments


def _first(ws: Workspace, every: timedelta) -> datetime | None:
    """The step after the newest report, or the first one after the oldest prediction."""
    try:
        return _floored(read_newest(ws.store, ws.model).as_of, every) + every  # the spec may have had another step
    except NotFound:
        pass
    begun = PredictionLog(ws.store, ws.model).begun()
    return None if begun is None else _floored(begun, every) + every


def _floored(moment: datetime, every: timedelta) -> datetime:
    return EPOCH + (moment - EPOCH) // every * every


def _before(ws: Workspace, as_of: datetime, count: int) -> list[datetime]:
    return [as_of - ws.spec.monitoring.every * n for n in range(count, 0, -1)]


def _window(ws: Workspace, as_of: datetime) -> Interval:
    return Interval(start=as_of - ws.spec.monitoring.window, end=as_of)
