"""Which types a model file may hold."""

import numpy as np
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skops.io.exceptions import UntrustedTypesFoundException

from evergreen.features.trusted import foreign_types, read

X = np.random.default_rng(0).normal(size=(60, 2))
Y = (X[:, 0] > 0).astype(int)


def shout(values: object) -> object:
    return values


@pytest.mark.parametrize(
    "last",
    [
        HistGradientBoostingClassifier(max_iter=3),
        GradientBoostingClassifier(n_estimators=3),
        RandomForestClassifier(n_estimators=3),
        LogisticRegression(),
        CalibratedClassifierCV(HistGradientBoostingClassifier(max_iter=3), method="sigmoid", cv=2),
        CalibratedClassifierCV(RandomForestClassifier(n_estimators=3), method="isotonic", cv=2),
    ],
    ids=lambda last: type(last).__name__,
)
def test_models_of_the_library_come_back_with_the_same_answers(last: object) -> None:
    pipeline = make_pipeline(StandardScaler(), last).fit(X, Y)
    data = skops.io.dumps(pipeline)
    assert foreign_types(data) == ()
    assert np.array_equal(read(data).predict_proba(X), pipeline.predict_proba(X))


def test_a_function_of_ones_own_is_foreign_and_not_read() -> None:
    data = skops.io.dumps(make_pipeline(FunctionTransformer(shout), LogisticRegression()).fit(X, Y))
    assert any(name.endswith("shout") for name in foreign_types(data))
    with pytest.raises(UntrustedTypesFoundException):
        read(data)
