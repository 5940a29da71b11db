"""Data drift and concept drift are kept apart."""

import pytest
from tests.unit.monitoring.scored import calibration

from evergreen.monitoring.cause import cause
from evergreen.monitoring.estimate import reach
from evergreen.records.evaluation import Estimate
from evergreen.records.performance import Expected, Measured

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
