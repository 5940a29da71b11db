"""The user's function that returns an unfitted scikit-learn Pipeline.

The convention: ``training.pipeline`` of the spec names ``module:function``. The function gets every hyperparameter as a
keyword argument, and ``seed`` too if it has a parameter of that name. Every ``random_state`` that it leaves at None
is set to the seed, so that a forgotten one does not make a training irreproducible.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from evergreen.core.errors import CodeError, PipelineError
from evergreen.features.trusted import fitted_types, foreign_types, read
from evergreen.jail.call import call
from evergreen.jail.recount import describe
from evergreen.spec.model import ModelSpec


def build(spec: ModelSpec, folder: Path, hyperparameters: Mapping[str, Any], seed: int) -> Pipeline:
    """Call the function named by ``spec.training.pipeline`` in its jail and check what it returns.

    No code crosses: the pipeline arrives as a file, which is read only if it holds nothing but the library's own types.

    Raises
    ------
    PipelineError
        The file is missing, does not import, lacks the function, raises, takes too long, leaves processes behind, or
        returns anything but an unfitted Pipeline of trusted types whose last step fits the task. Names the file and, where
        there is one, the line.
    """
    named, asked = "training.pipeline", spec.training.pipeline
    try:
        data = call(folder, asked, hyperparameters, returns="skops", named_by=named, offered={"seed": seed})
    except CodeError as error:
        raise PipelineError(str(error)) from None
    module, _, function = asked.partition(":")
    who = f"{folder / module}.py: {function}()"
    try:
        return _seeded(_accepted(spec, data, who), seed)
    except PipelineError:
        raise
    except Exception as error:  # a file can say of an estimator what no constructor would
        raise PipelineError(f"{who} returned what cannot be used: {describe(error)}.") from error


def _accepted(spec: ModelSpec, data: bytes, who: str) -> Pipeline:
    """The pipeline in a skops file, of which nothing is believed."""
    if foreign := foreign_types(data):
        raise PipelineError(
            f"{who} returned types that may not be served: {', '.join(foreign[:10])}. "
            "Use estimators of scikit-learn itself, without functions or classes of your own."
        )
    if fitted_types(data):
        raise PipelineError(f"{who} returned a Pipeline with parts that are fitted already; return it unfitted.")
    pipeline: Pipeline = read(data)
    _check(spec, pipeline, who)
    return pipeline


def _check(spec: ModelSpec, pipeline: object, who: str) -> None:
    if not isinstance(pipeline, Pipeline):
        raise PipelineError(f"{who} returned {type(pipeline).__name__}; it must return a scikit-learn Pipeline.")
    fits = is_regressor(pipeline) if spec.task == "regression" else is_classifier(pipeline)
    if not fits:
        last = type(pipeline.steps[-1][1]).__name__
        kind = "a regressor" if spec.task == "regression" else "a classifier"
        raise PipelineError(f"{who} ends with {last}; the task {spec.task} needs {kind} as the last step.")
    if spec.task != "regression" and not hasattr(pipeline, "predict_proba"):
        raise PipelineError(f"{who} has no predict_proba; wrap the last step in CalibratedClassifierCV.")
    try:
        check_is_fitted(pipeline)
    except NotFittedError:
        return
    raise PipelineError(f"{who} returned a Pipeline that is fitted already; return it unfitted.")


def _seeded(pipeline: Pipeline, seed: int) -> Pipeline:
    left = {
        name: seed
        for name, value in pipeline.get_params(deep=True).items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    return pipeline.set_params(**left)
