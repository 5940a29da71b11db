"""One look at a champion: the rules held against the reports as of a time, the decision, and its words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from evergreen.core.errors import Refused
from evergreen.flows.confirmation import asked_for, confirmation_of
from evergreen.flows.looks import DRIFT, PERFORMANCE, folder_of, read_part
from evergreen.flows.requests import MAX_REASON, ask, shortened
from evergreen.flows.windows import Windows
from evergreen.journal.requests import unclosed
from evergreen.journal.rollback import taken_back
from evergreen.monitoring.decide import Circumstances
from evergreen.monitoring.decide import decide as decided
from evergreen.monitoring.findings import findings
from evergreen.monitoring.growth import Growth, growth
from evergreen.monitoring.held import Seen
from evergreen.monitoring.page import page
from evergreen.monitoring.performance import due
from evergreen.monitoring.told import told
from evergreen.records.drift import DriftReport
from evergreen.records.interval import Interval
from evergreen.records.monitor import Decision, Finding, MonitorReport
from evergreen.records.performance import PerformanceReport
from evergreen.records.profile import Profile
from evergreen.spec.duration import format_duration
from evergreen.stores.labels import LabelLog

ASKED_BY = "monitoring"


def look(
    windows: Windows, as_of: datetime, window: Interval, earlier: Sequence[MonitorReport], *, newest: bool
) -> MonitorReport:
    """Findings and decision as of a time; a request is opened for the newest look alone, however often it is repeated."""
    ws, folder = windows.ws, folder_of(windows.ws.model, as_of)
    store, version = ws.store, windows.champion.version
    drift = read_part(store, folder + DRIFT, DriftReport, version)
    performance = read_part(store, folder + PERFORMANCE, PerformanceReport, version)
    seen = Seen(as_of=as_of, watched=windows.champion.watched, drift=drift, performance=performance, earlier=earlier)
    found = findings(ws.spec, seen)
    labelled = cache(lambda: _labelled(windows, as_of, window, performance))
    at = _circumstances(
        windows,
        as_of,
        new_labels=lambda: _new_labels(windows, as_of, labelled()),
        growth=lambda: _growth(windows, as_of, window, labelled()) if newest else None,
    )
    decision = decided(ws.spec.monitoring.retraining, found, at)
    decision = _carried_out(windows, as_of, found, decision) if newest else _late(decision)
    report = MonitorReport(
        model=ws.model,
        as_of=as_of,
        window=window,
        version=windows.champion.version,
        package=windows.champion.watched.package,
        reference=windows.champion.reference.digest,
        rows=drift.rows if drift else 0,
        drift=folder + DRIFT if drift else None,
        performance=folder + PERFORMANCE if performance else None,
        findings=found,
        decision=decision,
        text="",
        key=folder + "page.html",
    )
    report = replace(report, text=told(report, drift, performance))
    labels = windows.labels(due(ws.spec, window, as_of), as_of).profile
    shown = page(report, drift, performance, windows.champion.reference, windows.profile(window), labels)
    ws.store.put(report.key, shown)
    return report


def _carried_out(windows: Windows, as_of: datetime, found: Sequence[Finding], decision: Decision) -> Decision:
    if decision.action != "retrain":
        return decision
    ws, causes = windows.ws, " ".join(f.sentence for f in found if f.fired and f.then == "retrain")
    confirmation = confirmation_of(ws.spec.monitoring.retraining)
    try:
        request = ask(
            ws,
            asked_by=ASKED_BY,
            reason=shortened(causes, MAX_REASON),
            request_id=_request_id(windows, as_of),
            as_of=as_of,
            confirmation=confirmation,
            alone=True,
        )
    except Refused as no:  # somebody has asked since the state of the journal was read
        return Decision(action="alert", reason=f"{decision.reason} No retraining now: {no}")
    decision = replace(decision, request_id=request.request_id)
    if confirmation is None:
        return decision
    asked = asked_for(confirmation, ws.model, f"within {format_duration(confirmation.within)}")
    return replace(decision, reason=f"{decision.reason} {asked}")


def _request_id(windows: Windows, as_of: datetime) -> str:
    return f"monitor-{as_of:%Y%m%dT%H%MZ}-v{windows.champion.version}"


def _late(decision: Decision) -> Decision:
    """What is made up for is reported, and leads to nothing: the newest look decides."""
    if decision.action not in {"retrain", "rollback"}:
        return decision
    return Decision(action="alert", reason=f"{decision.reason} This report was made up for; the newest one decides.")


def _circumstances(
    windows: Windows, as_of: datetime, *, new_labels: Callable[[], int], growth: Callable[[], Growth | None]
) -> Circumstances:
    state, watched = windows.champion.state, windows.champion.watched
    ours = [s.request for s in state.requests.values() if s.request.asked_by == ASKED_BY]
    return Circumstances(
        as_of=as_of,
        fitted=watched.rows,
        new_labels=new_labels,
        growth=growth,
        asked=[r.as_of for r in ours if r.as_of is not None and r.as_of < as_of],
        waiting=unclosed(state, beside=_request_id(windows, as_of)),  # a step may be repeated after it had asked
        previous=state.previous.version if state.previous else None,
        taken_back=taken_back(state),
    )


def _new_labels(windows: Windows, as_of: datetime, labelled: float) -> int:
    """Requests since the champion's newest row whose labels are due, times the share of them that gets one."""
    since = _since_training(windows, as_of)
    return round(windows.answered(since) * labelled) if since else 0


def _growth(windows: Windows, as_of: datetime, window: Interval, labelled: float) -> Growth | None:
    """Of the rows like those of the window, by the same requests."""
    champion, since = windows.champion, _since_training(windows, as_of)
    new = windows.features(since) if since else Profile.empty(champion.reference.features.layout)
    return growth(champion.reference, windows.features(window), new, labelled=labelled)


def _since_training(windows: Windows, as_of: datetime) -> Interval | None:
    """From the champion's newest row to the last moment whose labels are due; None before that."""
    start, end = windows.champion.watched.data.end, as_of - windows.ws.spec.columns.label.delay
    return Interval(start=start, end=end) if start < end else None


def _labelled(windows: Windows, as_of: datetime, window: Interval, performance: PerformanceReport | None) -> float:
    """The share of due predictions that has a label: the champion's, and before any of its own is due, everybody's."""
    if performance is not None and performance.rows:
        return performance.labelled / performance.rows
    ws, recent = windows.ws, due(windows.ws.spec, window, as_of)
    logged = sum(p.rows for p in windows.log.partitions(recent))  # shadows, too: they get labels as the others do
    labels = sum(len(table) for table in LabelLog(ws.store, ws.model).read(recent, as_of=as_of))
    return min(1.0, labels / logged) if logged else 0.0
