"""Estimates without labels hold what comes true, as often as they say, unless the world has changed."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.unit.monitoring.scored import START, blank, calibration, scored

from evergreen.measures.metrics import BUILDERS
from evergreen.monitoring.estimate import estimate, learned, reach
from evergreen.records.calibration import Calibration
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.performance import Expected, Past
from evergreen.stats.bootstrap import observed


def _past(errors: list[float]) -> tuple[Past, ...]:
    said = Estimate(value=0.7, low=0.6, high=0.8, method="m")
    return tuple(
        Past(window=Interval(start=START + timedelta(days=i), end=START + timedelta(days=i + 14)),
             expected=Expected(metric="roc_auc", estimate=said, truth=0.7 + error))
        for i, error in enumerate(errors)
    )  # fmt: skip


def _window(seed: int, **changes: float) -> tuple[dict[str, Estimate], dict[str, float]]:
    labels, scores, clusters = scored(np.random.default_rng(seed), 14, **changes)  # type: ignore[arg-type]
    found = {e.metric: e.estimate for e in estimate("binary", calibration(), scores, clusters)}
    truth = {name: observed(BUILDERS["binary"][name](labels, scores, clusters.of_row), 14) for name in found}
    return found, truth


def _inside(found: Estimate, truth: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = {"roc_auc": 0, "log_loss": 0, "brier": 0, "accuracy": 0}
    trials = 60
    for trial in range(trials):
        made = calibration(trial)
        labels, scores, clusters = scored(np.random.default_rng(1_000 + trial), 14)
        for e in estimate("binary", made, scores, clusters):
            truth = observed(BUILDERS["binary"][e.metric](labels, scores, clusters.of_row), 14)
            held[e.metric] += _inside(e.estimate, truth)
    # 95% of 60 is 57; five standard deviations of chance below it is 48.
    assert all(48 <= count <= trials for count in held.values()), held
    assert min(held.values()) < trials  # and not because it is as wide as can be


def test_changed_inputs_move_the_estimate_with_the_truth() -> None:
    before, (found, truth) = _window(1)[0], _window(2, shift=0.6)
    assert found["roc_auc"].value < before["roc_auc"].value - 0.1
    assert abs(found["roc_auc"].value - truth["roc_auc"]) < 0.04
    assert _inside(found["roc_auc"], truth["roc_auc"])


def test_a_changed_concept_moves_the_truth_alone() -> None:
    before, (found, truth) = _window(1)[0], _window(2, slope=0.3)
    assert abs(found["roc_auc"].value - before["roc_auc"].value) < 0.03
    assert truth["roc_auc"] < (found["roc_auc"].low or 0)


def test_fewer_days_reach_further() -> None:
    made = calibration()
    assert reach(made, "roc_auc", 7) > reach(made, "roc_auc", 14) > reach(made, "roc_auc", 10_000) > 0


@pytest.mark.parametrize(
    ("errors", "reaches"),
    [([], 0.0), ([-0.2], 0.2), ([0.1, 0.2, -0.3], 0.3), ([0.01] * 95 + [0.5] * 4, 0.01), ([0.01] * 19 + [0.5], 0.5)],
)
def test_what_became_of_earlier_estimates_decides_how_far_it_reaches(errors: list[float], reaches: float) -> None:
    assert learned("roc_auc", _past(errors)) == pytest.approx(reaches)
    assert learned("brier", _past(errors)) == 0


def test_earlier_errors_widen_the_interval_and_are_told() -> None:
    _, scores, clusters = scored(np.random.default_rng(4), 14)
    (plain, *_), (wide, *_) = (estimate("binary", calibration(), scores, clusters, _past(e)) for e in ([], [0.1, -0.2]))
    assert wide.estimate.low == pytest.approx(plain.estimate.value - 0.2)
    assert "widened by the errors of 2 earlier windows" in wide.estimate.method
    assert "widened" not in plain.estimate.method
    assert (wide.estimate.value, wide.truth) == (plain.estimate.value, None)


def test_bounds_stay_where_the_metric_can_be() -> None:
    _, scores, clusters = scored(np.random.default_rng(4), 14)
    made = calibration()
    loose = replace(made, checked=tuple(replace(c, deviation=100.0) for c in made.checked))
    found = {e.metric: e.estimate for e in estimate("binary", loose, scores, clusters)}
    assert (found["roc_auc"].low, found["roc_auc"].high) == (0.0, 1.0)
    assert found["log_loss"].low == 0


def test_without_curves_or_rows_there_is_no_estimate() -> None:
    nothing: Calibration = blank(28, 0, reason="too few")
    _, scores, clusters = scored(np.random.default_rng(4), 14)
    assert estimate("binary", nothing, scores, clusters) == ()
    assert estimate("binary", calibration(), scores[:0], clusters.of(np.zeros(len(scores), dtype=np.bool_))) == ()
