"""The page of a look tells of each past window, with all its metrics, what was expected of it and what came true."""

from evergreen.monitoring.page import MOST_PAST, page
from evergreen.records.performance import PerformanceReport, newest_of

from .drifts import profile_of, reference_of, rows
from .samples import WINDOW, estimate, past, performance, report

ROWS = rows(2_000, 0)


def _page(found: PerformanceReport) -> str:
    reference = reference_of(ROWS)
    window, label = profile_of(reference.layout, ROWS), profile_of(reference.label.layout, ROWS)
    return page(report(()), None, found, reference, window, label).decode()


def test_past_windows_are_shown_whole_with_their_errors_and_what_held_by_metric() -> None:
    told = _page(performance({"roc_auc": estimate(0.7)}, past=past(MOST_PAST + 5, held=20)))
    assert told.count("<td>roc_auc</td>") == told.count("<td>accuracy</td>") + 1 == MOST_PAST + 1
    assert (
        "Estimates of earlier windows that held the truth in their interval: accuracy 0 of 35, roc_auc 20 of 35."
        in told
    )
    cells = (f"{WINDOW.end:%Y-%m-%d}", "roc_auc", "0.7000", "0.6500", "0.7500", "0.9000", "-0.2000", "no")
    assert "".join(f"<td>{cell}</td>" for cell in cells) in told
    assert "<th>error</th>" in told


def test_the_newest_windows_are_kept_with_all_their_metrics() -> None:
    kept = newest_of(past(5, held=0), 3)
    assert kept == past(5, held=0)[-6:]


def test_the_cause_is_told_by_what_told_it() -> None:
    measured = {"roc_auc": estimate(0.7)}
    by_drift = _page(performance(measured, kind="data"))
    assert "does worse than at its evaluation, on other rows than before (data drift)" in by_drift
    assert "The inputs alone let one expect this" in _page(performance(measured, measured, kind="data"))
