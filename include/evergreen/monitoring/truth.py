"""Truth: served rows with their labels, and what is measured on them."""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.measures.classes import aligned, class_numbers
from evergreen.measures.disparities import disparities
from evergreen.measures.holdout import Holdout, shortcoming
from evergreen.measures.measure import measure
from evergreen.measures.metrics import BUILDERS
from evergreen.measures.scoring import flaw
from evergreen.measures.slices import slices
from evergreen.monitoring.served import Served, numeric
from evergreen.records.evaluation import Disparity, FairnessMeasure, Slice
from evergreen.records.interval import Interval
from evergreen.records.performance import Measured
from evergreen.spec.metrics import metrics_of
from evergreen.spec.model import ModelSpec
from evergreen.spec.slices import Slices
from evergreen.stats.bootstrap import Floats, observed

FAIRNESS: tuple[FairnessMeasure, ...] = (
    "demographic_parity_difference", "equalized_odds_difference", "disparate_impact_ratio",
)  # fmt: skip
ABSENT = "the prediction log has no {}: callers do not give it"


@dataclass(frozen=True)
class Truth:
    """Labelled rows: ``labels`` and ``scores`` as metrics see them, classes in the order of ``classes``."""

    rows: Served
    labels: NDArray[np.generic]
    scores: Floats
    classes: tuple[str, ...]
    reason: str


def truth(spec: ModelSpec, rows: Served, interval: Interval) -> Truth:
    """The rows that have a label; ``reason`` says why they cannot be measured, and is empty when they can."""
    known = rows.of(rows.labelled)
    values = known.table["value"]
    if spec.task == "multiclass":
        texts = values.cast(pa.string()).to_pylist()
        classes = tuple(sorted({*rows.classes, *texts}))
        labels, scores = class_numbers(texts, classes), aligned(known.scores, rows.classes, classes)
    else:
        numbers = np.asarray(values.cast(pa.float64()).to_numpy())
        classes, scores = (), known.scores
        labels = numbers.astype(np.int8) if spec.task == "binary" else numbers
    held = Holdout(interval, known.table, labels, known.clusters)
    return Truth(known, labels, scores, classes, shortcoming(spec, held) or flaw(scores))


def measured(spec: ModelSpec, found: Truth, *, seed: int) -> tuple[Measured, ...]:
    """Every metric of the task, with the intervals of an evaluation; none where the rows cannot be measured."""
    if found.reason:
        return ()
    metrics, _ = measure(spec.task, found.labels, {"challenger": found.scores}, found.rows.clusters, seed=seed)
    return tuple(Measured(metric=metric.name, estimate=metric.estimate) for metric in metrics)


def values(spec: ModelSpec, found: Truth) -> dict[str, float]:
    """Every metric of the task that is defined on these rows, without an interval; none where they cannot be measured."""
    if found.reason:
        return {}
    units = found.rows.clusters
    builders = BUILDERS[spec.task].items()
    seen = {name: observed(build(found.labels, found.scores, units.of_row), units.count) for name, build in builders}
    return {name: value for name, value in seen.items() if math.isfinite(value)}


def watched_slices(spec: ModelSpec, found: Truth, *, seed: int) -> tuple[Slice, ...]:
    """The declared slices; one that reads a column which is not in the log says so."""
    if found.reason:
        return ()
    policy, absent = spec.slices, set(found.rows.missing)
    columns = tuple(c for c in policy.columns if c.column not in absent)
    named = tuple(n for n in policy.named if not absent & {c.column for c in n.conditions})
    update = {"columns": columns, "named": named, "automatic": None}
    table = _with_numbers(policy, found.rows.table)
    restricted = spec.model_copy(update={"slices": policy.model_copy(update=update)})
    measured = slices(restricted, table, found.labels, {"challenger": found.scores}, found.rows.clusters, seed=seed)
    lost = [(c.column, c.column) for c in policy.columns if c.column in absent]
    lost += [
        (n.name, ", ".join(sorted(absent & {c.column for c in n.conditions}))) for n in policy.named if n not in named
    ]
    return (*measured, *(_unknown(spec, name, column) for name, column in lost))


def watched_disparities(spec: ModelSpec, found: Truth, *, seed: int) -> tuple[Disparity, ...]:
    """As an evaluation judges them; a sensitive column that is not in the log says so."""
    if found.reason:
        return ()
    there = tuple(c for c in spec.columns.sensitive if c not in found.rows.missing)
    restricted = spec.model_copy(update={"columns": spec.columns.model_copy(update={"sensitive": there})})
    judged = disparities(
        restricted, found.rows.table, found.labels, {"challenger": found.scores}, found.classes, found.rows.clusters, seed=seed
    )  # fmt: skip
    lost = (
        Disparity(column=c, measure=m, role="challenger", estimate=None, groups=(), reason=f"{ABSENT.format(c)}.")
        for c in spec.columns.sensitive
        if c not in there
        for m in FAIRNESS
    )
    return (*judged, *lost)


def _with_numbers(policy: Slices, table: pa.Table) -> pa.Table:
    """Contexts are text; those that slices compare with numbers become numbers."""
    cut = {c.column for c in policy.columns if c.cuts is not None}
    cut |= {c.column for n in policy.named for c in n.conditions if c.one_of is None}
    for name in cut & set(table.column_names):
        table = table.set_column(table.schema.get_field_index(name), name, numeric(table[name]))
    return table


def _unknown(spec: ModelSpec, name: str, column: str) -> Slice:
    return Slice(
        name=name,
        declared=True,
        rows=0,
        units=0,
        metric=spec.slices.metric or metrics_of(spec.task)[0].name,
        challenger=None,
        difference=None,
        reason=f"{ABSENT.format(column)}.",
    )
