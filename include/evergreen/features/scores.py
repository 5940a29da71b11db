"""What a fitted pipeline says of rows: the same for training, evaluation and serving."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from evergreen.core.settings import settings

Task = Literal["binary", "multiclass", "regression"]


def scores(task: Task, pipeline: Any, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Probability of the positive class (n,), of every class (n, k) in the order of `classes`, or predictions (n,)."""
    with threadpool_limits(limits=settings().threads):
        if task == "regression":
            return np.asarray(pipeline.predict(rows), dtype=np.float64)
        probabilities = np.asarray(pipeline.predict_proba(rows), dtype=np.float64)
    # The label of a binary task is 0 or 1, so that the second column is the positive class.
    return probabilities[:, 1] if task == "binary" else probabilities


def classes(task: Task, pipeline: Any) -> tuple[str, ...]:
    """The classes of a multiclass pipeline, in the order of its probabilities; empty for the other tasks."""
    return tuple(str(name) for name in pipeline.classes_) if task == "multiclass" else ()
