"""Fitting a pipeline to rows, measured, and refusing what cannot be a model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from evergreen.core.errors import DataError, PipelineError
from evergreen.features.scores import scores
from evergreen.jail.recount import describe
from evergreen.records.candidate import Cost
from evergreen.spec.model import ModelSpec
from evergreen.training.meter import Meter

MIN_CLASSES = {"binary": 2, "multiclass": 2, "regression": 0}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Features and label of one span, row by row."""

    features: pd.DataFrame
    label: npt.NDArray[np.generic]


def check(spec: ModelSpec, rows: Rows, span: str) -> None:
    """Refuse rows that no model can be fitted to.

    Raises
    ------
    DataError
        There are no rows, or only one class.
    """
    count, column = len(rows.label), spec.columns.label.column
    if not count:
        raise DataError(f"{spec.name}: the {span} span has no row whose label {column!r} is known.")
    if spec.task == "regression":
        return
    found = np.unique(rows.label)
    if len(found) < MIN_CLASSES[spec.task]:
        only = ("positive" if found[0] else "negative") if spec.task == "binary" else repr(str(found[0]))
        raise DataError(f"{spec.name}: all {count} rows of the {span} span have one class of label {column!r}: {only}.")


def fit(spec: ModelSpec, pipeline: Pipeline, rows: Rows, *, rate: float) -> tuple[Cost, npt.NDArray[np.float64]]:
    """Fit ``pipeline`` in place; ``rate`` is in currency units per CPU hour.

    Returns
    -------
    tuple
        What it cost, and the scores of these rows.

    Raises
    ------
    PipelineError
        The fit raised, or the fitted pipeline gives NaN or infinite scores for rows that it has seen.
    """
    with Meter() as meter:
        try:
            pipeline.fit(rows.features, rows.label)
        except (Exception, SystemExit) as error:
            shape = f"{len(rows.label)} rows x {rows.features.shape[1]} features"
            raise PipelineError(f"{spec.name}: fitting to {shape} raised {describe(error)}.") from error
    answers = scores(spec.task, pipeline, rows.features)
    finite = np.isfinite(answers).reshape(len(rows.label), -1)
    if wrong := int((~finite).any(axis=1).sum()):
        raise PipelineError(
            f"{spec.name}: the fit diverged: {wrong} of {len(finite)} scores are NaN or infinite. "
            "Lower the learning rate, scale the features or impute missing values in the pipeline."
        )
    return meter.cost(rate, iterations(pipeline)), answers


def iterations(pipeline: Pipeline) -> int | None:
    """Iterations of an iterative last step (its ``n_iter_`` or ``n_estimators_``, the largest of several), else None."""
    last: Any = pipeline.steps[-1][1]
    done = getattr(last, "n_iter_", getattr(last, "n_estimators_", None))
    return None if done is None else int(np.max(done))
