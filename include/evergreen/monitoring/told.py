"""A look at a champion in words, in Markdown: for the note on the run and the page."""

from collections.abc import Iterator

from evergreen.records.drift import DriftReport
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import PerformanceReport

WORST = 5
ACTIONS = {
    "none": "nothing to do",
    "alert": "somebody should look",
    "retrain": "a retraining is asked for",
    "rollback": "the champion before is brought back",
}


def told(report: MonitorReport, drift: DriftReport | None, performance: PerformanceReport | None) -> str:
    """The decision first, then why: findings, drift, performance."""
    action = ACTIONS[report.decision.action]
    head = f"**{report.model}**, version {report.version}, as of {report.as_of:%Y-%m-%d %H:%M} UTC: **{action}**."
    lines = [head, "", report.decision.reason, "", *(f"- {f.name}: {f.sentence}" for f in report.findings)]
    return "\n".join([*lines, *_drift(drift), *_performance(performance)])


def _drift(report: DriftReport | None) -> Iterator[str]:
    if report is None:
        return
    yield ""
    window = f"{report.window.start:%Y-%m-%d} to {report.window.end:%Y-%m-%d}"
    if not report.enough:
        yield f"Drift, {window}: {report.reason}"
        return
    drifting = [column for column in report.columns if column.drifts]
    yield (
        f"Drift, {report.rows:,} rows, {window}: {len(drifting)} of {len(report.columns)} columns, "
        f"{report.weighted_share:.0%} of what matters to the model."
    )
    for column in drifting[:WORST]:
        since = f", since {column.since:%Y-%m-%d}" if column.since else ""
        yield f"- `{column.name}` ({column.weight:.0%} of the importance){since}: {column.sentence}"
    if len(drifting) > WORST:
        yield f"- and {len(drifting) - WORST} more"


def _performance(report: PerformanceReport | None) -> Iterator[str]:
    if report is None:
        return
    yield ""
    window = f"{report.window.start:%Y-%m-%d} to {report.window.end:%Y-%m-%d}"
    if not report.measured:
        yield f"Performance, {window}: {report.reason}"
    else:
        numbers = "; ".join(
            f"{m.metric} {_interval(m.estimate.value, m.estimate.low, m.estimate.high)}" for m in report.measured
        )
        yield f"Performance, {report.labelled:,} of {report.rows:,} rows have a label, {window}: {numbers}."
    for expected in report.estimated[:1]:
        e = expected.estimate
        times, count = report.held(expected.metric)
        held = f" Such intervals held {times} of {count} truths so far." if count else ""
        yield f"Estimated without labels: {expected.metric} {_interval(e.value, e.low, e.high)}.{held}"


def _interval(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.4f}" if low is None or high is None else f"{value:.4f} ({low:.4f} to {high:.4f})"
