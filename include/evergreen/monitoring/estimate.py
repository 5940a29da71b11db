"""Estimate: a version's metrics on rows without labels, with an interval that what became of earlier estimates widens."""

import math
from collections.abc import Sequence

import numpy as np

from evergreen.measures.expected import expected
from evergreen.measures.measure import Clusters
from evergreen.monitoring.calibrate import chances
from evergreen.records.calibration import Calibration, Checked
from evergreen.records.evaluation import Estimate
from evergreen.records.performance import Expected, Past
from evergreen.spec.metrics import Task
from evergreen.stats.bootstrap import Floats, observed
from evergreen.stats.intervals import TAIL, quantile

MOST = {"roc_auc": 1.0, "accuracy": 1.0, "brier": 2.0, "log_loss": math.inf}
"""The largest values of the metrics; the smallest is 0."""


def estimate(
    task: Task, calibration: Calibration, scores: Floats, clusters: Clusters, past: Sequence[Past] = ()
) -> tuple[Expected, ...]:
    """What the scores of a window let one expect of each metric on it.

    The interval is for the value that will be measured on these rows. It reaches as far as measured and expected values lay
    apart, by chance, on the calibration rows, for as many sampling units as there are in the window (`reach`). Where earlier
    estimates were further off than that, it reaches as far as all but 5% of them were (all of them, while they are fewer
    than 20): a split-conformal interval over windows.

    Sources: Lei et al. (2018), "Distribution-free predictive inference for regression", *JASA* 113, 1094-1111, section 2.2.

    Parameters
    ----------
    scores
        Of rows of the window; of a multiclass task in the order of ``calibration.classes``.
    past
        Estimates of earlier windows with their truth.
    """
    if not calibration.curves or not len(scores):
        return ()
    statistics = expected(task, chances(calibration.curves, scores), scores, clusters.of_row)
    values = {name: observed(statistic, clusters.count) for name, statistic in statistics.items()}
    return tuple(
        Expected(
            metric=checked.metric,
            estimate=_interval(calibration, checked, values[checked.metric], clusters, past),
            truth=None,
        )
        for checked in calibration.checked
        if math.isfinite(values[checked.metric])
    )


def reach(calibration: Calibration, metric: str, units: int) -> float:
    """How far chance alone moves a measured value from the expected one, in a window of so many sampling units.

    Two means of the same kind are compared, over the units of the window and over those of the calibration. Half the width
    of a 95% interval.
    """
    deviation = next(c.deviation for c in calibration.checked if c.metric == metric)
    return quantile(calibration.units) * deviation * math.sqrt(1 / units + 1 / calibration.units)


def learned(metric: str, past: Sequence[Past]) -> float:
    """How far earlier estimates of a metric were off, but for 5% of them; 0 without any."""
    errors = sorted(
        abs(p.expected.truth - p.expected.estimate.value)
        for p in past
        if p.expected.metric == metric and p.expected.truth is not None
    )
    if not errors:
        return 0.0
    rank = math.ceil((len(errors) + 1) * (1 - 2 * TAIL))
    return errors[min(rank, len(errors)) - 1]


def _interval(
    calibration: Calibration, checked: Checked, value: float, clusters: Clusters, past: Sequence[Past]
) -> Estimate:
    chance, off = reach(calibration, checked.metric, clusters.count), learned(checked.metric, past)
    half = float(np.fmax(chance, off))
    how = f"confidence of scores, {calibration.method} calibration by {calibration.units} units of {calibration.unit}"
    if calibration.unit == "none":
        how = f"confidence of scores, {calibration.method} calibration by {calibration.rows} rows"
    windows = len({p.window.start for p in past if p.expected.metric == checked.metric})
    if off > chance:
        how += f", widened by the errors of {windows} earlier windows"
    if not math.isfinite(half):
        return Estimate(value=value, low=None, high=None, method=how)
    return Estimate(value=value, low=max(value - half, 0.0), high=min(value + half, MOST[checked.metric]), method=how)
