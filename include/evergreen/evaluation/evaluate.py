"""Challenger, champion and a trivial baseline on the same rows, which none of them has seen."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evergreen.core.digest import digest_of
from evergreen.evaluation.baseline import baseline
from evergreen.evaluation.curves import curves
from evergreen.features.packaged import PackagedModel, load
from evergreen.measures.classes import class_numbers
from evergreen.measures.disparities import disparities
from evergreen.measures.holdout import Holdout, holdout, shortcoming, since
from evergreen.measures.measure import measure
from evergreen.measures.scoring import flaw, score
from evergreen.measures.slices import slices
from evergreen.records.evaluation import Curve, Difference, Disparity, Evaluation, Metric, Role, Slice
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stores.ports import ObjectStore

SEED_DIGITS = 12
"""Hexadecimal digits of a digest that seed the resamples."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What is measured; nothing where the challenger has no scores."""

    metrics: tuple[Metric, ...] = ()
    differences: tuple[Difference, ...] = ()
    slices: tuple[Slice, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    curves: tuple[Curve, ...] = ()


def evaluate(
    spec: ModelSpec,
    package: ModelPackage,
    champion: ModelPackage | None,
    snapshot: Snapshot,
    split: Split,
    store: ObjectStore,
    *,
    looks: int,
) -> Evaluation:
    """Measure the package on labelled rows of the test span that neither it nor the champion was fitted on.

    Where the rows that the champion has not seen are too few, challenger and baseline are measured on the whole test
    span, and champion and challenger are said not to be comparable. Where that is too short as well, or the challenger's
    scores are not numbers, nothing is measured.

    Parameters
    ----------
    looks
        How often this test span was looked at before, by evaluations with other packages.

    Raises
    ------
    IntegrityError
        When a package's bytes are not those of its digest.
    """
    challenger, rival = load(store, package), load(store, champion) if champion else None
    test, wanted = split.test.interval, _wanted(spec, snapshot, challenger, rival)
    own = holdout(spec, snapshot, replace(test, start=max(test.start, package.data.end)), store, wanted)
    chosen, models, reason = _matched(spec, snapshot, own, challenger, rival)
    classes = _classes(spec, models, chosen)
    scores = {role: score(model, chosen.table, classes) for role, model in models.items()}
    flaws = [f"The {role} cannot be measured: {why}" for role, numbers in scores.items() if (why := flaw(numbers))]
    reason = " ".join(filter(None, [reason, *flaws]))
    sound = {role: numbers for role, numbers in scores.items() if not flaw(numbers)}
    numbers = _numbers(spec, chosen, sound, classes, snapshot, split, store)
    return Evaluation(
        model=spec.name,
        package=package.sha256,
        champion=champion.sha256 if champion else None,
        span=chosen.interval,
        rows=len(chosen.labels),
        units=chosen.clusters.count,
        looks=looks,
        comparable=not reason,
        reason=reason,
        metrics=numbers.metrics,
        differences=numbers.differences,
        slices=numbers.slices,
        disparities=numbers.disparities,
        curves=numbers.curves,
    )


def _wanted(spec: ModelSpec, snapshot: Snapshot, *models: PackagedModel | None) -> tuple[str, ...]:
    """The columns of the snapshot that any of the models reads, and those of slices and fairness."""
    features = {name for model in models if model for name in model.spec.columns.features.names}
    read = tuple(column.name for column in snapshot.columns if column.name in features)
    return (*read, *spec.slices.columns_read, *spec.columns.sensitive)


def _matched(
    spec: ModelSpec, snapshot: Snapshot, own: Holdout, challenger: PackagedModel, rival: PackagedModel | None
) -> tuple[Holdout, dict[Role, PackagedModel], str]:
    """The rows to measure on, who can be measured on them, and why not all can."""
    if lack := shortcoming(spec, own):
        return own, {}, f"The test rows are too few: {lack}"
    if rival is None:
        return own, {"challenger": challenger}, ""
    shared = since(spec, own, rival.package.data.end)
    if why := _foreign(spec, snapshot, rival) or _unshared(rival, shortcoming(spec, shared)):
        return own, {"challenger": challenger}, why
    return shared, {"challenger": challenger, "champion": rival}, ""


def _foreign(spec: ModelSpec, snapshot: Snapshot, rival: PackagedModel) -> str:
    """Why the champion cannot answer today's question from today's columns; empty when it can."""
    asked, answered = (f"{s.task} {s.columns.label.column}={s.columns.label.positive}" for s in (spec, rival.spec))
    if asked != answered:
        return f"The champion answers another question ({answered}) than the spec now asks ({asked})."
    missing = {*rival.spec.columns.features.names} - {column.name for column in snapshot.columns}
    return f"The champion reads columns that the snapshot lacks: {', '.join(sorted(missing))}." if missing else ""


def _unshared(rival: PackagedModel, lack: str) -> str:
    if not lack:
        return ""
    until = f"{rival.package.data.end:%Y-%m-%d %H:%M} UTC"
    return (
        f"The champion was fitted on rows until {until}; what it and the challenger have not seen is too little: {lack}"
    )


def _classes(spec: ModelSpec, models: dict[Role, PackagedModel], chosen: Holdout) -> tuple[str, ...]:
    """All classes that a model knows or a row has, sorted; none unless the task is multiclass."""
    if spec.task != "multiclass":
        return ()
    return tuple(sorted({str(c) for m in models.values() for c in m.classes} | {str(c) for c in chosen.labels}))


def _numbers(
    spec: ModelSpec,
    chosen: Holdout,
    scores: dict[Role, Floats],
    classes: tuple[str, ...],
    snapshot: Snapshot,
    split: Split,
    store: ObjectStore,
) -> Numbers:
    if "challenger" not in scores:
        return Numbers()
    train = holdout(spec, snapshot, split.train.interval, store, ())
    known, labels = (_coded(found.labels, classes) for found in (train, chosen))
    trivial = baseline(spec.task, known, len(labels), classes=len(classes))
    seed = int(digest_of([snapshot.rows_sha256, chosen.interval.start.isoformat()])[:SEED_DIGITS], 16)
    measured = measure(spec.task, labels, {**scores, "baseline": trivial}, chosen.clusters, seed=seed)
    rows, units = chosen.table, chosen.clusters
    return Numbers(
        metrics=measured[0],
        differences=measured[1],
        slices=slices(spec, rows, labels, scores, units, seed=seed),
        disparities=disparities(spec, rows, labels, scores, classes, units, seed=seed),
        curves=curves(spec.task, labels, scores, classes),
    )


def _coded(labels: NDArray[np.generic], classes: tuple[str, ...]) -> NDArray[np.generic]:
    return class_numbers(labels, classes) if classes else labels
