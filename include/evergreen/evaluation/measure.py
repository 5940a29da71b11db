"""From labels and scores of the same rows to metrics and paired differences with their intervals.

The AUC of a binary task has DeLong's closed form, every other metric the Poisson bootstrap; both are clustered by the
sampling unit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evergreen.evaluation.metrics import BUILDERS
from evergreen.records.evaluation import Difference, Estimate, Metric, Role
from evergreen.spec.metrics import Task
from evergreen.stats import delong
from evergreen.stats.bootstrap import RESAMPLES, Floats, Statistic, Units, observed, replicates
from evergreen.stats.intervals import Bounds, percentile

OTHERS: tuple[Role, ...] = ("champion", "baseline")


@dataclass(frozen=True)
class Clusters:
    """The sampling unit of each row: numbers ``0 … count - 1``, and what a unit is called."""

    of_row: Units
    count: int
    name: str


def measure(
    task: Task, labels: NDArray[np.generic], scores: Mapping[Role, Floats], clusters: Clusters, *, seed: int
) -> tuple[tuple[Metric, ...], tuple[Difference, ...]]:
    """Every metric of the task for each role, and challenger minus each other role.

    A number that is not defined on these rows (the AUC of a class that does not occur) is left out.

    Parameters
    ----------
    scores
        One array per role, over the same rows as ``labels``; ``challenger`` is among them.
    seed
        Of the resamples; all metrics and roles share them.
    """
    others = [role for role in OTHERS if role in scores]
    metrics: list[Metric] = []
    differences: list[Difference] = []
    for name, (values, pairs) in _bounds(task, labels, scores, clusters, seed).items():
        method = _method(task, name, clusters)
        estimates = {role: _estimate(values[role], method) for role in scores if math.isfinite(values[role].value)}
        metrics += [Metric(name=name, role=role, estimate=estimate) for role, estimate in estimates.items()]
        differences += [
            Difference(metric=name, against=role, estimate=_estimate(pairs[role], method))
            for role in others
            if role != "challenger" and math.isfinite(pairs[role].value)
        ]
    return tuple(metrics), tuple(differences)


_PerRole = dict[Role, Bounds]


def _bounds(
    task: Task, labels: NDArray[np.generic], scores: Mapping[Role, Floats], clusters: Clusters, seed: int
) -> dict[str, tuple[_PerRole, _PerRole]]:
    """For each metric the bounds of each role, and of the differences to the others."""
    resampled = {name: build for name, build in BUILDERS[task].items() if not _closed_form(task, name)}
    statistics = {
        (name, role): build(labels, numbers, clusters.of_row)
        for name, build in resampled.items()
        for role, numbers in scores.items()
    }
    draws = replicates(list(statistics.values()), clusters.count, seed=seed)
    columns = dict(zip(statistics, draws.T, strict=True))
    return {
        name: _bootstrap(name, statistics, columns, clusters)
        if name in resampled
        else _delong(labels, scores, clusters)
        for name in BUILDERS[task]
    }


def _bootstrap(
    metric: str,
    statistics: Mapping[tuple[str, Role], Statistic],
    draws: Mapping[tuple[str, Role], Floats],
    clusters: Clusters,
) -> tuple[_PerRole, _PerRole]:
    units = clusters.count
    drawn = {role: numbers for (name, role), numbers in draws.items() if name == metric}
    seen = {role: observed(statistics[metric, role], units) for role in drawn}
    values = {role: percentile(seen[role], drawn[role], units) for role in drawn}
    pairs = {
        role: percentile(seen["challenger"] - seen[role], drawn["challenger"] - drawn[role], units) for role in drawn
    }
    return values, pairs


def _delong(
    labels: NDArray[np.generic], scores: Mapping[Role, Floats], clusters: Clusters
) -> tuple[_PerRole, _PerRole]:
    unit = clusters.of_row
    values = {role: delong.auc(labels, numbers, unit) for role, numbers in scores.items()}
    ours = scores["challenger"]
    return values, {role: delong.auc_difference(labels, ours, theirs, unit) for role, theirs in scores.items()}


def _closed_form(task: Task, metric: str) -> bool:
    return task == "binary" and metric == "roc_auc"


def _method(task: Task, metric: str, clusters: Clusters) -> str:
    by = "independent rows" if clusters.name == "none" else f"{clusters.count} units of {clusters.name}"
    return f"DeLong, {by}" if _closed_form(task, metric) else f"Poisson bootstrap, {RESAMPLES} resamples, {by}"


def _estimate(bounds: Bounds, method: str) -> Estimate:
    known = math.isfinite(bounds.low) and math.isfinite(bounds.high)
    low, high = (bounds.low, bounds.high) if known else (None, None)
    return Estimate(value=bounds.value, low=low, high=high, method=method)
