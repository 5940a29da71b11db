"""A classifier between reference and window, on days that differ."""

import numpy as np
import pyarrow as pa
import pytest

from evergreen.monitoring.domain import domain

from .drifts import spec_of

SPEC = spec_of("day")


def _table(seed: int, *, together: float, days: int = 20) -> tuple[pa.Table, np.ndarray]:
    """Two numbers that move together or not, each normal by itself."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), 50)
    shift = random.normal(size=(2, days))[:, day] * 0.3
    common, own = random.normal(size=len(day)), random.normal(size=len(day))
    temp = common + shift[0]
    wind = together * common + np.sqrt(1 - together**2) * own + shift[1]
    carrier = pa.array(random.choice(["UA", "DL"], len(day)))
    return pa.table({"temp": temp, "wind": wind, "carrier": carrier}), day


def test_a_change_that_no_column_shows_alone_is_told() -> None:
    (before, days), (now, others) = _table(0, together=0.0), _table(1, together=0.9)
    found = domain(SPEC, before, now, days, others)
    assert found is not None
    assert found.low is not None
    assert found.low > 0.6
    assert "40 units of day" in found.method
    assert domain(SPEC, before, now, days, others) == found


@pytest.mark.parametrize("seed", [2, 4])
def test_days_that_differ_by_chance_are_not_told_apart(seed: int) -> None:
    (before, days), (now, others) = _table(seed, together=0.5), _table(seed + 1, together=0.5)
    found = domain(SPEC, before, now, days, others)
    assert found is not None
    assert found.low is not None
    assert found.low < 0.5


def test_few_days_tell_nothing() -> None:
    (before, days), (now, others) = _table(0, together=0.0), _table(1, together=0.0, days=3)
    assert domain(SPEC, before, now, days, others) is None
