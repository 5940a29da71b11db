"""Fitting, and what cannot be a model."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from evergreen.core.errors import DataError, PipelineError
from evergreen.spec.model import ModelSpec
from evergreen.training.fit import Rows, check, fit, iterations

Specs = Callable[..., ModelSpec]


class Diverging(LogisticRegression):  # type: ignore[misc]  # scikit-learn carries no types
    """Forgets everything at once."""

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        answers: np.ndarray = super().predict_proba(rows)
        answers[:3] = np.nan
        return answers


def rows(label: list[int]) -> Rows:
    return Rows(features=pd.DataFrame({"x": np.arange(float(len(label)))}), label=np.array(label, dtype=np.int8))


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ([], "the train span has no row whose label 'late' is known"),
        ([1, 1], "all 2 rows of the train span have one class of label 'late': positive"),
        ([0, 0, 0], "all 3 rows of the train span have one class of label 'late': negative"),
    ],
)
def test_rows_that_teach_nothing(small_spec: Specs, label: list[int], words: str) -> None:
    with pytest.raises(DataError, match=words):
        check(small_spec(), rows(label), "train")


def test_two_classes_are_enough(small_spec: Specs) -> None:
    check(small_spec(), rows([0, 1]), "train")


def test_scores_that_are_no_numbers_are_counted(small_spec: Specs) -> None:
    with pytest.raises(PipelineError, match="the fit diverged: 3 of 6 scores are NaN or infinite"):
        fit(small_spec(), make_pipeline(Diverging()), rows([0, 1] * 3), rate=1.0)


def test_iterations_of_iterative_estimators_alone() -> None:
    some = rows([0, 1] * 3)
    assert (iterations(make_pipeline(LogisticRegression()).fit(some.features, some.label)) or 0) >= 1
    assert iterations(make_pipeline(LinearRegression()).fit(some.features, some.label)) is None
