"""Leakage: what knows the outcome is strong, what does not is neutral, and identifiers fake nothing."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from evergreen.data.leakage import categorical_strength, numeric_strength

ROWS = 2_000
draw = np.random.default_rng(1)
NUMBERS = draw.normal(size=ROWS)
BINARY = (NUMBERS + draw.normal(size=ROWS) > 1).astype(np.int8)
REGRESSION = NUMBERS + draw.normal(size=ROWS)
MULTICLASS = np.array(["low", "middle", "high"], dtype=object)[np.digitize(REGRESSION, [-1, 1])]
MOMENTS = np.sort(draw.integers(0, 10**14, ROWS))
LABELS: dict[str, npt.NDArray[Any]] = {"binary": BINARY, "multiclass": MULTICLASS, "regression": REGRESSION}
NEUTRAL = {"binary": 0.5, "multiclass": 0.5, "regression": 0.0}


def _texts(values: npt.NDArray[Any]) -> pa.Array:
    return pa.array([str(value) for value in values])


def test_a_number_is_as_strong_as_its_area_under_the_curve_in_either_direction() -> None:
    expected = pytest.approx(roc_auc_score(BINARY, NUMBERS))
    assert numeric_strength("binary", BINARY, NUMBERS) == expected
    assert numeric_strength("binary", BINARY, -NUMBERS) == expected
    rounded = np.round(NUMBERS)
    assert numeric_strength("binary", BINARY, rounded) == pytest.approx(roc_auc_score(BINARY, rounded))


def test_a_number_is_as_strong_as_its_rank_correlation() -> None:
    expected = abs(spearmanr(REGRESSION, NUMBERS).statistic)
    assert numeric_strength("regression", REGRESSION, -(NUMBERS**3)) == pytest.approx(expected)


@pytest.mark.parametrize("task", LABELS)
def test_a_copy_of_the_label_is_perfect(task: str) -> None:
    label = LABELS[task]
    assert categorical_strength("multiclass" if task == "multiclass" else "binary", *_coarse(task)) > 0.98
    if task != "multiclass":
        assert numeric_strength(task, label, label.astype(np.float64)) == pytest.approx(1)


def _coarse(task: str) -> tuple[npt.NDArray[Any], pa.Array, npt.NDArray[np.int64]]:
    label = LABELS[task] if task != "regression" else (REGRESSION > 0).astype(np.int8)
    return label, _texts(label), MOMENTS


@pytest.mark.parametrize("task", LABELS)
def test_a_constant_and_a_column_without_values_are_neutral(task: str) -> None:
    label = LABELS[task]
    assert numeric_strength(task, label, np.zeros(ROWS)) == NEUTRAL[task]
    assert numeric_strength(task, label, np.full(ROWS, np.nan)) == NEUTRAL[task]
    assert categorical_strength(task, label, pa.array(["x"] * ROWS), MOMENTS) == pytest.approx(NEUTRAL[task], abs=0.05)
    assert categorical_strength(task, label, pa.nulls(ROWS, pa.string()), MOMENTS) == pytest.approx(
        NEUTRAL[task], abs=0.05
    )


@pytest.mark.parametrize("task", LABELS)
@pytest.mark.parametrize("rows_per_value", [1, 2, 5])
def test_identifiers_do_not_fake_knowledge(task: str, rows_per_value: int) -> None:
    identifiers = _texts(draw.permutation(ROWS) // rows_per_value)
    assert categorical_strength(task, LABELS[task], identifiers, MOMENTS) < NEUTRAL[task] + 0.1


def test_whether_there_is_a_value_can_tell() -> None:
    values = np.where(BINARY == 1, draw.normal(size=ROWS), np.nan)
    assert numeric_strength("binary", BINARY, values) == 1
    texts = pa.array(["gate 7" if late else None for late in BINARY])
    assert categorical_strength("binary", BINARY, texts, MOMENTS) == 1


def test_the_values_of_a_column_with_nulls_are_judged_apart() -> None:
    values = np.where(np.arange(ROWS) % 3 == 0, BINARY, np.nan)
    assert numeric_strength("binary", BINARY, values) == 1


def test_a_handful_of_values_is_no_evidence() -> None:
    values = np.where(np.arange(ROWS) < 10, BINARY, np.nan)
    assert numeric_strength("binary", BINARY, values) < 0.6
