"""Cuts: three adjoining spans that end where labels are known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.errors import DataError, SpecError
from evergreen.data.cuts import cuts
from evergreen.records.interval import Interval
from evergreen.spec.data import SplitPolicy

START = datetime(2013, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@given(
    seconds=st.integers(0, 200 * 86_400),
    test=st.integers(1, 40),
    calibration=st.integers(0, 20),
    delay=st.integers(0, 10 * 86_400),
    unit=st.sampled_from(["day", "none", "customer"]),
)
def test_spans_adjoin_and_cover_exactly_the_mature_window(
    seconds: int, test: int, calibration: int, delay: int, unit: str
) -> None:
    as_of, known_after = START + timedelta(seconds=seconds), timedelta(seconds=delay)
    policy = SplitPolicy(test=test * DAY, calibration=calibration * DAY, sampling_unit=unit)
    window = Interval(start=START, end=as_of)
    needed = (test + calibration) * DAY
    try:
        cut = cuts(policy, known_after, window, as_of)
    except DataError:
        assert as_of - known_after - START < needed + (DAY if unit == "day" else timedelta(microseconds=1))
        return
    assert START == cut.train.start < cut.train.end == cut.calibration.start <= cut.calibration.end == cut.test.start
    assert (cut.mature.start, cut.mature.end) == (START, cut.test.end)
    assert (cut.test.end - cut.test.start, cut.calibration.end - cut.calibration.start) == (
        test * DAY,
        calibration * DAY,
    )
    lost = as_of - known_after - cut.mature.end
    assert timedelta(0) <= lost < (DAY if unit == "day" else timedelta(microseconds=1))


def test_days_are_whole_days_of_utc() -> None:
    as_of = datetime(2013, 3, 1, 6, tzinfo=UTC)
    cut = cuts(
        SplitPolicy(test=28 * DAY, calibration=7 * DAY, sampling_unit="day"),
        DAY,
        Interval(start=START, end=as_of),
        as_of,
    )
    assert cut.test == Interval(start=datetime(2013, 1, 31, tzinfo=UTC), end=datetime(2013, 2, 28, tzinfo=UTC))
    assert cut.calibration.start == datetime(2013, 1, 24, tzinfo=UTC)


@pytest.mark.parametrize("spans", [{"test": "36h"}, {"calibration": "1h"}])
def test_a_day_is_on_one_side_only(spans: dict[str, str]) -> None:
    with pytest.raises(SpecError, match="whole days"):
        cuts(
            SplitPolicy(**{"sampling_unit": "day"} | spans),
            DAY,
            Interval(start=START, end=START + 60 * DAY),
            START + 60 * DAY,
        )
