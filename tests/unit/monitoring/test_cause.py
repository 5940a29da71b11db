"""Data drift and concept drift are kept apart."""

import pytest
from tests.unit.monitoring.scored import calibration

from evergreen.monitoring.cause import cause, cause_by_drift
from evergreen.monitoring.estimate import reach
from evergreen.records.drift import DriftReport
from evergreen.records.evaluation import Estimate
from evergreen.records.performance import Expected, Measured

from .samples import column, drift

CALIBRATION = calibration()
JUDGED = CALIBRATION.checked[0].measured
BORNE = reach(CALIBRATION, "roc_auc", 14)


def _estimate(value: float) -> Estimate:
    return Estimate(value=value, low=value - BORNE, high=value + BORNE, method="m")


def _expected(value: float) -> tuple[Expected, ...]:
    return (Expected(metric="roc_auc", estimate=_estimate(value), truth=None),)


@pytest.mark.parametrize(
    ("measured", "expected", "newest", "says"),
    [
        (0.0, 0.0, 0.0, ""),
        (-0.9, 0.0, 0.0, ""),  # within what chance does
        (-1.1, 0.0, 0.0, "concept"),
        (-3.0, -3.0, -3.0, "data"),
        (-3.0, -1.5, -3.0, "concept"),  # and the inputs changed, too
        (+3.0, 0.0, 0.0, ""),
        (None, None, -1.1, "data"),
        (None, None, -0.9, ""),
    ],
)
def test_what_changed(measured: float | None, expected: float | None, newest: float, says: str) -> None:
    seen = () if measured is None else (Measured(metric="roc_auc", estimate=_estimate(JUDGED + measured * BORNE)),)
    thought = () if expected is None else _expected(JUDGED + expected * BORNE)
    assert cause("binary", CALIBRATION, seen, thought, _expected(JUDGED + newest * BORNE), 14) == says


def test_without_a_calibration_it_cannot_be_told() -> None:
    assert cause("binary", None, (), (), (), 0) == ""


WORSE, SAME = Estimate(value=9.0, low=8.0, high=10.0, method="m"), Estimate(value=8.0, low=7.0, high=9.0, method="m")
STEADY, DRIFTING = (drift(column("temp", drifts=drifts), column("wind", drifts=False)) for drifts in (False, True))


@pytest.mark.parametrize(
    ("now", "drifted", "says"),
    [
        (WORSE, STEADY, "concept"),
        (WORSE, DRIFTING, "data"),
        (SAME, STEADY, ""),
        (SAME, DRIFTING, ""),
        (WORSE, None, ""),
        (WORSE, drift(enough=False), ""),
        (None, STEADY, ""),
        (Estimate(value=9.0, low=None, high=None, method="m"), STEADY, ""),
    ],
)
def test_a_regression_that_errs_more_is_told_apart_by_drift(
    now: Estimate | None, drifted: DriftReport | None, says: str
) -> None:
    judged = {"rmse": Estimate(value=7.0, low=6.5, high=7.5, method="m")}
    seen = () if now is None else (Measured(metric="rmse", estimate=now),)
    assert cause_by_drift("regression", judged, seen, drifted) == says
    assert cause_by_drift("regression", {}, seen, drifted) == ""


@pytest.mark.parametrize(("high", "says"), [(0.6, "concept"), (0.7, "")])
def test_a_metric_of_which_more_is_better_is_worse_below(high: float, says: str) -> None:
    judged = {"roc_auc": Estimate(value=0.7, low=0.65, high=0.75, method="m")}
    seen = (Measured(metric="roc_auc", estimate=Estimate(value=0.55, low=0.5, high=high, method="m")),)
    assert cause_by_drift("binary", judged, seen, STEADY) == says
