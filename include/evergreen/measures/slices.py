"""Challenger and champion on parts of the test rows, with intervals that hold for all parts together."""

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.measures.measure import Clusters, compare, estimate, method
from evergreen.measures.parts import Part, parts
from evergreen.records.evaluation import Role, Slice
from evergreen.spec.metrics import metrics_of
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stats.intervals import shared


def slices(
    spec: ModelSpec,
    table: pa.Table,
    labels: NDArray[np.generic],
    scores: Mapping[Role, Floats],
    clusters: Clusters,
    *,
    seed: int,
) -> tuple[Slice, ...]:
    """The metric of ``slices`` on each part that is large enough; the others say how large they are.

    The intervals of the differences hold for all measured parts together (see `evergreen.stats.intervals.shared`), so
    that one bad part among many is not chance.

    Parameters
    ----------
    table
        The test rows, with the columns that the spec's slices read.
    labels, scores
        Of these rows; ``challenger`` is among the scores.
    """
    cut = [(part, clusters.of(part.rows)) for part in parts(spec, table)]
    lacks = [_lack(spec, part, units) for part, units in cut]
    looked_at = lacks.count("")
    return tuple(
        _unmeasured(spec, part, units, lack)
        if lack
        else _measured(spec, part, labels, scores, units, seed=seed, looked_at=looked_at)
        for (part, units), lack in zip(cut, lacks, strict=True)
    )


def _lack(spec: ModelSpec, part: Part, units: Clusters) -> str:
    policy = spec.slices
    if part.size < policy.min_rows:
        return f"{part.size} rows; at least {policy.min_rows} are needed (slices.min_rows)."
    if units.name != "none" and units.count < policy.min_units:
        return f"{units.count} units of {units.name}; at least {policy.min_units} are needed (slices.min_units)."
    return ""


def _metric(spec: ModelSpec) -> str:
    return spec.slices.metric or metrics_of(spec.task)[0].name


def _unmeasured(spec: ModelSpec, part: Part, units: Clusters, reason: str) -> Slice:
    return Slice(
        name=part.name,
        declared=part.declared,
        rows=part.size,
        units=units.count,
        metric=_metric(spec),
        challenger=None,
        difference=None,
        reason=reason,
    )


def _measured(
    spec: ModelSpec,
    part: Part,
    labels: NDArray[np.generic],
    scores: Mapping[Role, Floats],
    units: Clusters,
    *,
    seed: int,
    looked_at: int,
) -> Slice:
    metric, inside = _metric(spec), {role: numbers[part.rows] for role, numbers in scores.items()}
    tail = shared(looked_at)
    value, pair = compare(spec.task, metric, labels[part.rows], inside, units, seed=seed, tail=tail)
    if not math.isfinite(value.value):
        lack = f"{metric} is not defined on these {part.size} rows: a class is missing, or all labels are alike."
        return _unmeasured(spec, part, units, lack)
    how = method(spec.task, metric, units)
    together = f"{how}, 95% for all {looked_at} slices together (Bonferroni)"
    return Slice(
        name=part.name,
        declared=part.declared,
        rows=part.size,
        units=units.count,
        metric=metric,
        challenger=estimate(value, how),
        difference=estimate(pair, together) if math.isfinite(pair.value) else None,
        reason="",
    )
