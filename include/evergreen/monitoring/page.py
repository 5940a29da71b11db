"""The page of a look at a champion: what was decided, why, how it does, and what drifts, in one HTML file."""

from collections.abc import Iterator

from evergreen.monitoring.drift_page import drift_sections
from evergreen.monitoring.told import ACTIONS
from evergreen.pages.page import Section, Table, html
from evergreen.records.drift import DriftReport
from evergreen.records.evaluation import Estimate
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import Past, PerformanceReport, newest_of
from evergreen.records.profile import Profile
from evergreen.records.reference import Reference

CAUSES = {
    "concept": "The model does worse than its inputs let one expect: what it learned no longer holds (concept drift).",
    "data": "The inputs alone let one expect this: the rows have become harder, the model errs no more than it did (data drift).",
}
CAUSES_BY_DRIFT = {
    "concept": "The model does worse than at its evaluation, on rows like those before: what it learned no longer holds (concept drift).",
    "data": "The model does worse than at its evaluation, on other rows than before (data drift); whether they alone are why, cannot be told.",
}
AGAIN = (
    "The truth of a window is measured when its labels are due, and once more, with late and corrected labels, when the window "
    "that is due shares no day with it. What is corrected after that does not count."
)
MOST_PAST = 30
"""So many windows are shown."""


def page(
    report: MonitorReport,
    drift: DriftReport | None,
    performance: PerformanceReport | None,
    reference: Reference,
    current: Profile,
    label: Profile,
) -> bytes:
    """The page; ``current`` and ``label`` are the profiles that the drift report was made from."""
    sections = [_decision(report)]
    if performance is not None:
        sections += _performance(performance)
    if drift is not None:
        sections += drift_sections(drift, reference, current, label)
    title = f"{report.model}, version {report.version}, as of {report.as_of:%Y-%m-%d %H:%M} UTC"
    return html(title, tuple(sections)).encode()


def _decision(report: MonitorReport) -> Section:
    rows = tuple(
        (f.name, "found" if f.fired else "holds" if f.holds else "no", f.then, f.sentence) for f in report.findings
    )
    said = f"{ACTIONS[report.decision.action].capitalize()}. {report.decision.reason}"
    return Section(
        title="Decision", paragraphs=(said,), tables=(Table(head=("rule", "found", "leads to", "why"), rows=rows),)
    )


def _performance(report: PerformanceReport) -> Iterator[Section]:
    window = f"{report.window.start:%Y-%m-%d} to {report.window.end:%Y-%m-%d}"
    lag = "" if report.lag_median is None else f" Half of them came within {report.lag_median / 3600:.1f} hours."
    said = [
        f"Predictions from {window}: {report.rows:,}, of which {report.labelled:,} have a label; {report.corrected:,} were corrected.{lag}",
        report.reason,
        (CAUSES if report.estimated else CAUSES_BY_DRIFT).get(report.kind, ""),
    ]
    metrics = tuple((m.metric, *_ends(m.estimate), m.estimate.method) for m in report.measured)
    yield Section(
        title="Performance",
        paragraphs=tuple(filter(None, said)),
        tables=(Table(head=("metric", "value", "low", "high", "method"), rows=metrics),) if metrics else (),
    )
    yield _estimates(report)
    if report.slices or report.disparities:
        yield _groups(report)


def _estimates(report: PerformanceReport) -> Section:
    current = f"{report.current.start:%Y-%m-%d} to {report.current.end:%Y-%m-%d}"
    said = [f"Estimated from the scores alone, for {current}." if report.estimated else report.unestimated]
    held = [(metric, *report.held(metric)) for metric in dict.fromkeys(p.expected.metric for p in report.past)]
    if shares := ", ".join(f"{metric} {times} of {count}" for metric, times, count in held if count):
        said.append(f"Estimates of earlier windows that held the truth in their interval: {shares}.")
    if report.past:
        said.append(AGAIN)
    now = tuple((e.metric, *_ends(e.estimate)) for e in report.estimated)
    past = tuple(_became(p) for p in newest_of(report.past, MOST_PAST))
    tables = [Table(head=("metric", "estimate", "low", "high"), rows=now)] if now else []
    head = ("window's end", "metric", "estimate", "low", "high", "truth", "error", "held")
    tables += [Table(head=head, rows=past)] if past else []
    return Section(title="Estimated performance", paragraphs=tuple(filter(None, said)), tables=tuple(tables))


def _became(past: Past) -> tuple[str, ...]:
    found, truth = past.expected.estimate, past.expected.truth
    known = ("", "") if truth is None else (f"{truth:.4f}", f"{found.value - truth:+.4f}")
    held = {True: "yes", False: "no", None: ""}[past.expected.held]
    return (f"{past.window.end:%Y-%m-%d}", past.expected.metric, *_ends(found), *known, held)


def _groups(report: PerformanceReport) -> Section:
    slices = tuple(
        (s.name, f"{s.rows:,}", s.metric, *(_ends(s.challenger) if s.challenger else (s.reason, "", "")))
        for s in report.slices
    )
    groups = tuple(
        (d.column, d.measure, *(_ends(d.estimate) if d.estimate else (d.reason, "", ""))) for d in report.disparities
    )
    tables = [Table(head=("slice", "rows", "metric", "value", "low", "high"), rows=slices)] if slices else []
    tables += [Table(head=("groups of", "measure", "value", "low", "high"), rows=groups)] if groups else []
    return Section(title="Slices and groups", paragraphs=(), tables=tuple(tables))


def _ends(estimate: Estimate) -> tuple[str, str, str]:
    low, high = ("" if end is None else f"{end:.4f}" for end in (estimate.low, estimate.high))
    return f"{estimate.value:.4f}", low, high
