"""What a fitted pipeline says of rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from evergreen.features.scores import Task, classes, scores

ROWS = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]})
LABELS = {"binary": np.array([0, 0, 0, 1, 1, 1], dtype=np.int8), "multiclass": np.array(list("aabbcc"), dtype=object)}


@pytest.mark.parametrize(("task", "names"), [("binary", ()), ("multiclass", ("a", "b", "c"))])
def test_probabilities(task: Task, names: tuple[str, ...]) -> None:
    pipeline = make_pipeline(LogisticRegression()).fit(ROWS, LABELS[task])
    found = scores(task, pipeline, ROWS)
    expected = pipeline.predict_proba(ROWS)
    assert np.array_equal(found, expected if names else expected[:, 1])
    assert classes(task, pipeline) == names


def test_predictions() -> None:
    pipeline = make_pipeline(LinearRegression()).fit(ROWS, 2 * ROWS["x"])
    assert scores("regression", pipeline, ROWS) == pytest.approx(2 * ROWS["x"].to_numpy())
    assert classes("regression", pipeline) == ()
