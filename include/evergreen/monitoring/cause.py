"""Cause: whether a model does worse because its inputs changed, or because what comes true of them did."""

from collections.abc import Sequence

from evergreen.monitoring.estimate import reach
from evergreen.records.calibration import Calibration
from evergreen.records.performance import Expected, Measured
from evergreen.spec.metrics import Task, metric


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
