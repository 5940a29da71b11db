"""From labels and scores of the same rows to metrics and paired differences with their intervals.

The AUC of a binary task has DeLong's closed form, every other metric the Poisson bootstrap; both are clustered by the
sampling unit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evergreen.measures.metrics import BUILDERS, INFLATED
from evergreen.records.evaluation import Difference, Estimate, Metric, Role
from evergreen.spec.metrics import Task
from evergreen.stats import delong
from evergreen.stats.bootstrap import RESAMPLES, Floats, Statistic, Units, observed, replicates
from evergreen.stats.intervals import Bounds, basic, percentile, spread

OTHERS: tuple[Role, ...] = ("champion", "baseline")
UNDEFINED = Bounds(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Clusters:
    """The sampling unit of each row: numbers ``0 … count - 1``, and what a unit is called."""

    of_row: Units
    count: int
    name: str

    @classmethod
    def by(cls, keys: NDArray[np.generic], name: str) -> "Clusters":
        """Rows of equal keys are one unit."""
        distinct, of_row = np.unique(keys, return_inverse=True)
        return cls(of_row, len(distinct), name)

    def of(self, rows: NDArray[np.bool_]) -> "Clusters":
        """Those of some of the rows, numbered anew."""
        return Clusters.by(self.of_row[rows], self.name)


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
        how = method(task, name, clusters)
        estimates = {role: estimate(values[role], how) for role in scores if math.isfinite(values[role].value)}
        metrics += [Metric(name=name, role=role, estimate=found) for role, found in estimates.items()]
        differences += [
            Difference(metric=name, against=role, estimate=estimate(pairs[role], how))
            for role in others
            if role != "challenger" and math.isfinite(pairs[role].value)
        ]
    return tuple(metrics), tuple(differences)


def compare(
    task: Task,
    metric: str,
    labels: NDArray[np.generic],
    scores: Mapping[Role, Floats],
    clusters: Clusters,
    *,
    seed: int,
    tail: float,
) -> tuple[Bounds, Bounds]:
    """One metric of the challenger, and challenger minus champion with an interval that leaves ``tail`` on each side.

    Either is NaN where it is not defined, the difference too where there is no champion.
    """
    ours, theirs = scores["challenger"], scores.get("champion")
    unit, units = clusters.of_row, clusters.count
    if _closed_form(task, metric):
        if len(np.unique(labels)) < 2:
            return UNDEFINED, UNDEFINED
        value = delong.auc(labels, ours, unit)
        return value, UNDEFINED if theirs is None else delong.auc_difference(labels, ours, theirs, unit, tail=tail)
    build = BUILDERS[task][metric]
    statistics = [build(labels, numbers, unit) for numbers in (ours, theirs) if numbers is not None]
    drawn, seen = replicates(statistics, units, seed=seed).T, [observed(s, units) for s in statistics]
    value = _interval(metric, seen[0], drawn[0], units, least=0)
    if theirs is None:
        return value, UNDEFINED
    return value, spread(seen[0] - seen[1], drawn[0] - drawn[1], units, tail=tail)


def method(task: Task, metric: str, clusters: Clusters) -> str:
    """How an interval of this metric is found, in words."""
    if _closed_form(task, metric):
        return f"DeLong, {by(clusters)}"
    return f"Poisson bootstrap, {RESAMPLES} resamples, {by(clusters)}"


def by(clusters: Clusters) -> str:
    """What is resampled, in words."""
    return "independent rows" if clusters.name == "none" else f"{clusters.count} units of {clusters.name}"


def estimate(bounds: Bounds, how: str) -> Estimate:
    """The record of bounds; an interval with a bound that is no number is none."""
    known = math.isfinite(bounds.low) and math.isfinite(bounds.high)
    low, high = (bounds.low, bounds.high) if known else (None, None)
    return Estimate(value=bounds.value, low=low, high=high, method=how)


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
    values = {role: _interval(metric, seen[role], drawn[role], units, least=0) for role in drawn}
    ours, value = drawn["challenger"], seen["challenger"]
    pairs = {role: _interval(metric, value - seen[role], ours - drawn[role], units, least=-1) for role in drawn}
    return values, pairs


def _interval(metric: str, value: float, draws: Floats, units: int, *, least: float) -> Bounds:
    if metric in INFLATED:
        return basic(value, draws, units, least=least, most=1)
    return percentile(value, draws, units)


def _delong(
    labels: NDArray[np.generic], scores: Mapping[Role, Floats], clusters: Clusters
) -> tuple[_PerRole, _PerRole]:
    unit = clusters.of_row
    values = {role: delong.auc(labels, numbers, unit) for role, numbers in scores.items()}
    ours, others = scores["challenger"], {role: s for role, s in scores.items() if role != "challenger"}
    return values, {role: delong.auc_difference(labels, ours, theirs, unit) for role, theirs in others.items()}


def _closed_form(task: Task, metric: str) -> bool:
    return task == "binary" and metric == "roc_auc"
