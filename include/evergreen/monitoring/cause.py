"""Cause: whether a model does worse because its inputs changed, or because what comes true of them did."""

from collections.abc import Mapping, Sequence

from evergreen.monitoring.estimate import reach
from evergreen.records.calibration import Calibration
from evergreen.records.drift import DriftReport
from evergreen.records.evaluation import Estimate
from evergreen.records.performance import Expected, Measured
from evergreen.spec.metrics import Task, metric, metrics_of


def cause(
    task: Task,
    calibration: Calibration | None,
    measured: Sequence[Measured],
    expected: Sequence[Expected],
    newest: Sequence[Expected],
    units: int,
) -> str:
    """``concept``, ``data``, or empty, by the first metric that can be expected.

    ``concept``: what was measured is worse than what the scores of the same rows let one expect, by more than chance moves
    it. ``data``: it is not, and the scores let one expect less than on the rows of the evaluation, by more than chance.

    Parameters
    ----------
    measured, expected
        On the rows whose labels have come, so many sampling ``units``.
    newest
        What is expected of the newest rows.
    """
    if calibration is None or not calibration.checked or not newest:
        return ""
    first = calibration.checked[0]
    better = 1 if metric(task, first.metric).larger_is_better else -1
    seen = next((m.estimate.value for m in measured if m.metric == first.metric), None)
    thought = next((e.estimate.value for e in expected if e.metric == first.metric), None)
    if seen is not None and thought is not None:
        borne = reach(calibration, first.metric, units)
        if better * (seen - thought) < -borne:
            return "concept"
    latest = next((e.estimate for e in newest if e.metric == first.metric), None)
    end = None if latest is None else latest.high if better > 0 else latest.low
    return "data" if end is not None and better * (end - first.measured) < 0 else ""


def cause_by_drift(
    task: Task, judged: Mapping[str, Estimate], measured: Sequence[Measured], drift: DriftReport | None
) -> str:
    """``concept``, ``data``, or empty, where scores let one expect nothing, as of a regression: by the task's first metric.

    ``concept``: it is worse than at the evaluation, the intervals apart, on rows whose features do not drift. ``data``: it
    is, and they do.

    Parameters
    ----------
    judged
        The metrics of the evaluation.
    drift
        Of the measured window; without one, and of one that is too small, it cannot be told.
    """
    first = metrics_of(task)[0]
    was = judged.get(first.name)
    now = next((m.estimate for m in measured if m.metric == first.name), None)
    if drift is None or not drift.enough or was is None or now is None:
        return ""
    end, bound = (now.high, was.low) if first.larger_is_better else (now.low, was.high)
    if end is None or bound is None or (end >= bound if first.larger_is_better else end <= bound):
        return ""
    return "data" if drift.share else "concept"
