"""The diary's metrics agree with what can be counted by hand."""

import numpy as np
import pandas as pd
import pytest

from evergreen.training.fit import Rows
from evergreen.training.metrics import metrics


class Told:
    """A pipeline that answers what its one feature says."""

    classes_ = np.array(["a", "b"], dtype=object)

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return rows["x"].to_numpy()

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        return np.column_stack([1 - rows["x"], rows["x"]])


def rows(answers: list[float], label: list[object]) -> Rows:
    kind = object if isinstance(label[0], str) else float
    return Rows(features=pd.DataFrame({"x": answers}), label=np.array(label, dtype=kind))


def test_binary() -> None:
    found = metrics("binary", Told(), rows([0.1, 0.4, 0.3, 0.9], [0, 0, 1, 1]), "train")
    assert found["train_roc_auc"] == 0.75
    assert found["train_brier"] == pytest.approx((0.01 + 0.16 + 0.49 + 0.01) / 4)
    assert set(found) == {"train_roc_auc", "train_average_precision", "train_brier", "train_log_loss"}


def test_multiclass() -> None:
    found = metrics("multiclass", Told(), rows([0.1, 0.6, 0.7, 0.9], ["a", "a", "b", "b"]), "calibration")
    assert found["calibration_accuracy"] == 0.75


def test_regression() -> None:
    found = metrics("regression", Told(), rows([1.0, 2.0], [2.0, 4.0]), "train")
    assert found["train_mae"] == 1.5
    assert found["train_rmse"] == pytest.approx(2.5**0.5)


def test_rows_that_cannot_be_measured_have_no_metrics() -> None:
    assert metrics("binary", Told(), rows([0.1, 0.2], [1, 1]), "train") == {}
    assert metrics("multiclass", Told(), rows([0.1, 0.2], ["a", "c"]), "train") == {}
    assert metrics("regression", Told(), rows([0.1], [1.0]), "train") == {}
