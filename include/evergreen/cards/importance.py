"""Permutation importance: what a feature is worth to a model that is fitted already.

Breiman, Random Forests, Machine Learning 45 (2001), section 10. Of two features that say the same, each looks worthless.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from evergreen.features.frame import frame, label, labelled
from evergreen.features.packaged import PackagedModel, load
from evergreen.features.rows import rows
from evergreen.features.scores import Task, scores
from evergreen.records.card import Importance, Importances
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.spec.metrics import metrics_of
from evergreen.spec.model import ModelSpec
from evergreen.stats.delong import auc
from evergreen.stores.ports import ObjectStore

MOST_ROWS, FEWEST_ROWS = 20_000, 500
SCORED = 300_000
"""About how many rows are scored in all: a bound on the time, whatever the number of features."""
REPEATS, MANY_FEATURES = 3, 100
SEED = 20130301

Labels = NDArray[np.generic]
Loss = Callable[[Any, Any, tuple[str, ...]], float]
LOSSES: Mapping[Task, Loss] = {
    "binary": lambda y, s, _: -auc(y, s).value,
    "multiclass": lambda y, s, names: -float(np.mean(np.array(names, dtype=object)[s.argmax(axis=1)] == y)),
    "regression": lambda y, s, _: float(metrics.root_mean_squared_error(y, s)),
}
"""The first metric of each task, turned so that more is worse."""


def importances(
    spec: ModelSpec, package: ModelPackage, evaluation: Evaluation, snapshot: Snapshot, store: ObjectStore
) -> Importances:
    """Shuffle one feature after the other on rows of the evaluation's span, and see how much worse the package gets.

    At most 20,000 rows are drawn, fewer for many features; rows and shuffles depend on nothing but the data.
    """
    model = load(store, package)
    features, truth = _drawn(model, evaluation, snapshot, store)
    repeats = REPEATS if features.shape[1] <= MANY_FEATURES else 1
    able = len(truth) > 0 and len(np.unique(truth.astype(str))) > 1
    found = _shuffled(model, features, truth, repeats) if able else ()
    return Importances(
        model=spec.name,
        package=package.sha256,
        metric=metrics_of(model.spec.task)[0].name,
        rows=len(truth) if able else 0,
        repeats=repeats,
        features=tuple(sorted(found, key=lambda i: (-i.loss, i.feature))),
    )


def _drawn(
    model: PackagedModel, evaluation: Evaluation, snapshot: Snapshot, store: ObjectStore
) -> tuple[pd.DataFrame, Labels]:
    """Features and labels of rows that the package has not seen."""
    spec, name = model.spec, model.spec.columns.label.column
    names = tuple(dict.fromkeys((*spec.columns.features.names, name)))
    table = rows(store, snapshot, evaluation.span, names)
    table = table.filter(labelled(table[name]))
    count = len(spec.columns.features.names)
    repeats = REPEATS if count <= MANY_FEATURES else 1
    most = max(FEWEST_ROWS, min(MOST_ROWS, SCORED // (count * repeats)))
    if len(table) > most:
        table = table.take(np.sort(np.random.default_rng(SEED).choice(len(table), most, replace=False)))
    return frame(spec, table), label(spec, table)


def _shuffled(model: PackagedModel, features: pd.DataFrame, truth: Labels, repeats: int) -> tuple[Importance, ...]:
    """All shuffles of a feature are scored at once: a call of a pipeline costs more than a few thousand rows of it."""

    def losses(rows: pd.DataFrame) -> NDArray[np.float64]:
        answers = scores(model.spec.task, model.pipeline, rows)
        parts = np.split(answers, len(rows) // len(truth))
        return np.array([LOSSES[model.spec.task](truth, part, model.classes) for part in parts])

    draw, found = np.random.default_rng(SEED), []
    orders = np.concatenate([draw.permutation(len(truth)) for _ in range(repeats)])
    before, several = losses(features), pd.concat([features] * repeats, ignore_index=True)
    for name in features.columns:
        values = features[name].to_numpy()
        several[name] = values[orders]
        lost = losses(several) - before
        several[name] = np.tile(values, repeats)
        found.append(Importance(feature=name, loss=float(np.mean(lost)), spread=float(np.std(lost))))
    return tuple(found)
