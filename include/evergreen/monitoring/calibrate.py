"""Calibrate: from the test rows of a gated package, how likely each of its scores comes true, and how far that carries."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from evergreen.core.digest import digest_of
from evergreen.features.packaged import load
from evergreen.measures.classes import class_numbers
from evergreen.measures.expected import ESTIMATED, expected
from evergreen.measures.holdout import Holdout, holdout, shortcoming
from evergreen.measures.measure import Clusters
from evergreen.measures.metrics import BUILDERS
from evergreen.measures.scoring import flaw, score
from evergreen.records.calibration import Calibration, Checked, ScoreCurve
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.spec.metrics import Task
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats, observed, replicates
from evergreen.stores.ports import ObjectStore

FEWEST_FOR_ISOTONIC = 1_000
"""Below it a step function overfits; Niculescu-Mizil and Caruana (2005), "Predicting good probabilities", *ICML*, figure 7."""
FOLDS = 5
SEED_DIGITS = 12
TINY = 1e-6
GRID = expit(np.linspace(-12, 12, 257))

NO_CONFIDENCE = "A predicted value says nothing of its own error: a regression has no label-free estimate."


def calibrate(
    spec: ModelSpec, gated: ModelPackage, snapshot: Snapshot, split: Split, store: ObjectStore
) -> Calibration:
    """Learn from the labelled test rows that the gated package was not fitted on.

    Each metric is also expected from curves that other sampling units have taught (five folds), and compared with what is
    measured: a Poisson bootstrap over the units gives how far the two lie apart by chance.

    Raises
    ------
    IntegrityError
        When the package's bytes are not those of its digest.
    """
    test = split.test.interval
    span = replace(test, start=max(test.start, gated.data.end))
    model = load(store, gated)
    own = holdout(spec, snapshot, span, store, model.spec.columns.features.names)
    classes = _classes(spec, model.classes, own)
    if spec.task == "regression":
        return _made(gated, own, reason=NO_CONFIDENCE)
    if lack := shortcoming(spec, own):
        return _made(gated, own, reason=f"The test rows are too few to calibrate scores by: {lack}")
    scores = score(model, own.table, classes)
    if lack := flaw(scores):
        return _made(gated, own, reason=f"The scores cannot be calibrated: {lack}")
    labels = class_numbers(own.labels, classes) if classes else own.labels
    seed = int(digest_of([gated.sha256, snapshot.rows_sha256])[:SEED_DIGITS], 16)
    return learned(
        replace(_made(gated, own, reason=""), classes=classes), spec.task, labels, scores, own.clusters, seed=seed
    )


def learned(
    empty: Calibration, task: Task, labels: NDArray[np.generic], scores: Floats, clusters: Clusters, *, seed: int
) -> Calibration:
    """The record with curves, and with how far they carry; labels and scores as metrics see them."""
    return replace(
        empty,
        method="isotonic" if len(labels) >= FEWEST_FOR_ISOTONIC else "Platt",
        curves=fit(labels, scores, empty.classes),
        checked=_checked(task, labels, scores, clusters, empty.classes, seed),
    )


def fit(labels: NDArray[np.generic], scores: Floats, classes: Sequence[str]) -> tuple[ScoreCurve, ...]:
    """One curve, or one for each class against the rest."""
    if not classes:
        return (_curve("", labels == 1, scores),)
    return tuple(_curve(name, labels == k, scores[:, k]) for k, name in enumerate(classes))


def chances(curves: Sequence[ScoreCurve], scores: Floats) -> Floats:
    """What the curves make of scores: probabilities of the same shape, those of classes with sum 1.

    >>> chances([ScoreCurve(of="", x=(0.0, 1.0), y=(0.2, 0.6))], np.array([0.5, 2.0]))
    array([0.4, 0.6])
    """
    if scores.ndim == 1:
        return np.interp(scores, curves[0].x, curves[0].y)
    each = np.column_stack([np.interp(scores[:, k], curve.x, curve.y) for k, curve in enumerate(curves)])
    total = each.sum(axis=1, keepdims=True)
    known: Floats = np.where(total > 0, each / np.where(total > 0, total, 1), 1 / len(curves))
    return known


def _classes(spec: ModelSpec, known: Sequence[str], own: Holdout) -> tuple[str, ...]:
    if spec.task != "multiclass":
        return ()
    return tuple(sorted({*known, *map(str, own.labels)}))


def _made(gated: ModelPackage, own: Holdout, *, reason: str) -> Calibration:
    return Calibration(
        model=gated.model,
        version=gated.version,
        package=gated.sha256,
        interval=own.interval,
        rows=len(own.labels),
        units=own.clusters.count,
        unit=own.clusters.name,
        method="",
        classes=(),
        curves=(),
        checked=(),
        reason=reason,
    )


def _curve(of: str, hits: NDArray[np.bool_], scores: Floats) -> ScoreCurve:
    if hits.all() or not hits.any():
        return ScoreCurve(of=of, x=(0.0,), y=(float(hits.any()),))
    if len(hits) >= FEWEST_FOR_ISOTONIC:
        steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, hits.astype(np.float64))
        return ScoreCurve(of=of, x=tuple(steps.X_thresholds_.tolist()), y=tuple(steps.y_thresholds_.tolist()))
    slope = LogisticRegression(C=np.inf).fit(_logits(scores)[:, None], hits)
    return ScoreCurve(
        of=of, x=tuple(GRID.tolist()), y=tuple(slope.predict_proba(_logits(GRID)[:, None])[:, 1].tolist())
    )


def _logits(scores: Floats) -> Floats:
    logits: Floats = logit(np.clip(scores, TINY, 1 - TINY))
    return logits


def _checked(
    task: Task, labels: NDArray[np.generic], scores: Floats, clusters: Clusters, classes: Sequence[str], seed: int
) -> tuple[Checked, ...]:
    units, count, others = clusters.of_row, clusters.count, np.empty_like(scores)
    for fold in range(FOLDS):
        inside = units % FOLDS == fold
        others[inside] = chances(fit(labels[~inside], scores[~inside], classes), scores[inside])
    as_expected = expected(task, others, scores, units)
    statistics = [
        build for name in ESTIMATED[task] for build in (BUILDERS[task][name](labels, scores, units), as_expected[name])
    ]
    drawn = replicates(statistics, count, seed=seed)
    found = []
    for number, name in enumerate(ESTIMATED[task]):
        apart = drawn[:, 2 * number] - drawn[:, 2 * number + 1]
        spread = float(np.nanstd(apart, ddof=1)) * count / np.sqrt(count - 1)
        seen = [observed(statistics[2 * number + which], count) for which in (0, 1)]
        found.append(Checked(metric=name, measured=seen[0], expected=seen[1], deviation=spread))
    return tuple(found)
