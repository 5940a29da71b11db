"""How far a refitted model is from the gated one."""

import math

import numpy as np
from scipy import stats

from evergreen.features.packaged import load
from evergreen.measures.holdout import Holdout, holdout
from evergreen.measures.scoring import flaw, score
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Parity
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.spec.model import ModelSpec
from evergreen.stats.bootstrap import Floats
from evergreen.stores.ports import ObjectStore


def parity(
    spec: ModelSpec, gated: ModelPackage, refitted: ModelPackage, snapshot: Snapshot, split: Split, store: ObjectStore
) -> Parity:
    """Compare the answers of both packages on the test rows with the bounds in ``training.refit``.

    The refitted model was fitted on these rows. So this bounds how far it moved from the model that passed the gates; it
    does not judge its quality, and no metric is computed.

    For regression the shift is bounded in standard deviations of the label. For multiclass it is that of the class
    whose mean probability moved most, and there is no rank correlation.
    """
    before, after = load(store, gated), load(store, refitted)
    test = holdout(spec, snapshot, split.test.interval, store, spec.columns.features.names)
    classes = tuple(sorted({*before.classes, *after.classes})) if spec.task == "multiclass" else ()
    old, new = score(before, test.table, classes), score(after, test.table, classes)
    if why := (flaw(old) or flaw(new) or ("" if len(old) else "There are no labelled test rows.")):
        return Parity(rows=len(old), correlation=None, mean_difference=0.0, passed=False, sentence=why)
    return _judged(spec, test, old, new)


def _judged(spec: ModelSpec, test: Holdout, old: Floats, new: Floats) -> Parity:
    bounds = spec.training.refit
    correlation, shift = _correlation(old, new), _shift(old, new)
    unit = float(test.labels.astype(np.float64).std()) if spec.task == "regression" else 1.0
    ordered = spec.task == "multiclass" or (correlation is not None and correlation >= bounds.min_correlation)
    rank = "none" if correlation is None else f"{correlation:.3f}"
    limit = bounds.max_shift * unit
    words = f"mean score moved by {shift:+.4f}, at most {limit:.4f} either way"
    if spec.task != "multiclass":
        words = f"rank correlation {rank}, at least {bounds.min_correlation:.3f}; {words}"
    return Parity(
        rows=len(old),
        correlation=correlation,
        mean_difference=shift,
        passed=ordered and abs(shift) <= limit,
        sentence=f"Refitted against gated on {len(old)} test rows: {words}.",
    )


def _correlation(old: Floats, new: Floats) -> float | None:
    """Spearman's; 1 for equal scores, None for multiclass or where one model says the same of every row."""
    if old.ndim > 1:
        return None
    if np.array_equal(old, new):
        return 1.0
    if old.min() == old.max() or new.min() == new.max():
        return None
    found = float(stats.spearmanr(old, new).statistic)
    return found if math.isfinite(found) else None


def _shift(old: Floats, new: Floats) -> float:
    means = np.atleast_1d((new - old).mean(axis=0))
    return float(means[np.abs(means).argmax()])
