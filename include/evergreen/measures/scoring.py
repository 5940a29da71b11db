"""Scores of a package on given rows, in one order of classes for all models."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from evergreen.features.packaged import PackagedModel
from evergreen.measures.classes import aligned
from evergreen.stats.bootstrap import Floats


def score(model: PackagedModel, table: pa.Table, classes: Sequence[str]) -> Floats:
    """What the model says of each row: (n,), or (n, classes) where ``classes`` are given.

    A class that the model does not know gets probability 0.
    """
    scores = np.asarray(model.scores(table), dtype=np.float64)
    return aligned(scores, model.classes, classes) if classes else scores


def flaw(scores: Floats) -> str:
    """Why these scores cannot be measured, in words; empty when all are finite.

    >>> flaw(np.array([0.1, np.nan, 0.3]))
    '1 of 3 scores are NaN or infinite.'
    """
    wrong = int((~np.isfinite(scores)).reshape(len(scores), -1).any(axis=1).sum())
    return f"{wrong} of {len(scores)} scores are NaN or infinite." if wrong else ""
