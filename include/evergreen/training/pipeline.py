"""The user's function that returns an unfitted scikit-learn Pipeline.

The convention: ``training.pipeline`` of the spec names ``module:function``. The function gets every hyperparameter as a
keyword argument, and ``seed`` too if it has a parameter of that name. Every ``random_state`` that it leaves at None
is set to the seed, so that a forgotten one does not make a training irreproducible.
"""

import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from evergreen.core.errors import PipelineError
from evergreen.spec.model import ModelSpec

REASON_LIMIT = 300


def build(spec: ModelSpec, folder: Path, hyperparameters: Mapping[str, Any], seed: int) -> Pipeline:
    """Call the function named by ``spec.training.pipeline`` and check what it returns.

    Raises
    ------
    PipelineError
        The file is missing, does not import, lacks the function, raises, or returns anything but an unfitted Pipeline
        whose last step fits the task. Names the file and, where there is one, the line.
    """
    module_name, function_name = spec.training.pipeline.split(":")
    path = folder / f"{module_name}.py"
    function = _function(_module(spec, path), function_name, path)
    arguments = dict(hyperparameters)
    if "seed" in inspect.signature(function).parameters:
        arguments["seed"] = seed
    _check_arguments(function, arguments, path)
    try:
        pipeline = function(**arguments)
    except (Exception, SystemExit) as error:
        raise PipelineError(f"{_place(path, error)}: {function_name}() raised {describe(error)}.") from error
    _check(spec, pipeline, f"{path}: {function_name}()")
    return _seeded(pipeline, seed)


def describe(error: BaseException) -> str:
    """Class and message of an error that user code raised, bounded."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:REASON_LIMIT]}".rstrip(": ")


def _module(spec: ModelSpec, path: Path) -> ModuleType:
    """Run the file afresh, under a name that no other module has, without leaving bytecode in the user's folder."""
    name = f"evergreen_model_{spec.name}_{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise PipelineError(
            f"{path} cannot be read ({error.strerror}); training.pipeline of model.yaml names it."
        ) from None
    sys.modules[name] = module
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 (running the user's recipe is the point)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PipelineError(f"{_place(path, error)} does not import: {describe(error)}.") from error
    return module


def _function(module: ModuleType, name: str, path: Path) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if not callable(function):
        raise PipelineError(f"{path} has no function {name!r}, which training.pipeline of model.yaml names.")
    found: Callable[..., Any] = function
    return found


def _check_arguments(function: Callable[..., Any], arguments: Mapping[str, Any], path: Path) -> None:
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        given = ", ".join(arguments) or "none"
        line = function.__code__.co_firstlineno if hasattr(function, "__code__") else 1
        raise PipelineError(
            f"{path}:{line}: the parameters do not fit training.hyperparameters of model.yaml: {error} (given: {given})."
        ) from None


def _place(path: Path, error: BaseException) -> str:
    """``file:line``, the last line of the user's own file that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


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
