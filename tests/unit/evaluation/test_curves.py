"""Curves are scikit-learn's, thinned; and small enough for a card."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, average_precision_score, roc_auc_score, roc_curve

from evergreen.evaluation.curves import POINTS, curves
from evergreen.records.evaluation import Curve

RANDOM = np.random.default_rng(0)
LABEL = (RANDOM.random(5_000) < 0.3).astype(np.int8)
SCORE = np.clip(0.3 * LABEL + RANDOM.random(5_000) * 0.7, 0, 1)


def of(found: tuple[Curve, ...], kind: str, role: str = "challenger", name: str = "") -> Curve:
    return next(c for c in found if (c.kind, c.role, c.of) == (kind, role, name))


def test_a_binary_task_has_three_of_each_model() -> None:
    found = curves("binary", LABEL, {"challenger": SCORE, "champion": SCORE**2, "baseline": SCORE}, ())
    assert [(c.role, c.kind) for c in found] == [
        (role, kind) for role in ("challenger", "champion") for kind in ("roc", "precision_recall", "calibration")
    ]
    assert all(2 <= len(c.x) == len(c.y) <= POINTS for c in found)


def test_thinning_keeps_the_area() -> None:
    found = curves("binary", LABEL, {"challenger": SCORE}, ())
    roc, ranked = of(found, "roc"), of(found, "precision_recall")
    assert auc(roc.x, roc.y) == pytest.approx(roc_auc_score(LABEL, SCORE), abs=0.002)
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert auc(ranked.x, ranked.y) == pytest.approx(average_precision_score(LABEL, SCORE), abs=0.01)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_the_points_of_a_small_roc_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    labels, scores = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    found = [c for c in curves("binary", labels.astype(np.int8), {"challenger": scores}, ()) if c.kind == "roc"]
    if labels.all() or not labels.any():
        assert not found
        return
    false_rate, true_rate, _ = roc_curve(labels, scores, drop_intermediate=False)
    assert set(zip(found[0].x, found[0].y, strict=True)) == set(
        zip(false_rate.round(6).tolist(), true_rate.round(6).tolist(), strict=True)
    )


def test_calibration_of_right_probabilities_is_the_diagonal() -> None:
    hits = (RANDOM.random(60_000) < (p := RANDOM.random(60_000))).astype(np.int8)
    line = of(curves("binary", hits, {"challenger": p}, ()), "calibration")
    assert len(line.x) == 15
    np.testing.assert_allclose(line.x, line.y, atol=0.03)


def test_a_multiclass_task_has_lines_of_its_classes() -> None:
    labels, shares = RANDOM.integers(0, 3, 900), RANDOM.dirichlet([1, 1, 1], 900)
    found = curves("multiclass", labels, {"challenger": shares}, ("a", "b", "c"))
    assert {c.of for c in found if c.kind == "roc"} == {"a", "b", "c"}
    assert of(found, "calibration").of == ""


def test_a_regression_has_residuals() -> None:
    truth = RANDOM.normal(size=4_000)
    found = curves("regression", truth, {"challenger": truth - 1.0}, ())
    residuals = of(found, "residual_quantiles")
    assert len(residuals.x) == POINTS
    np.testing.assert_allclose(residuals.y, 1.0)
    line = of(found, "calibration")
    np.testing.assert_allclose(np.array(line.y) - np.array(line.x), 1.0, atol=1e-5)
