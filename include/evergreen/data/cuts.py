"""Where a window is cut into train, calibration and test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evergreen.core.errors import DataError, SpecError
from evergreen.records.interval import Interval
from evergreen.spec.data import SplitPolicy

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Three adjoining intervals, which together are ``mature``."""

    train: Interval
    calibration: Interval
    test: Interval

    @property
    def mature(self) -> Interval:
        """The rows whose label is known."""
        return Interval(start=self.train.start, end=self.test.end)


def cuts(policy: SplitPolicy, delay: timedelta, window: Interval, as_of: datetime) -> Cuts:
    """Cut ``window`` from its end backwards: test, then calibration; the rest is train.

    The last moment whose label is known is ``as_of`` less the label's delay. Where the sampling unit is a day, every cut
    is a midnight of UTC, so that no day is on both sides.

    Raises
    ------
    SpecError
        The sampling unit is a day, and a span is no number of whole days.
    DataError
        Nothing is left to train on.

    >>> window = Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 3, 1, 6, tzinfo=UTC))
    >>> found = cuts(SplitPolicy(test="28d", sampling_unit="day"), timedelta(days=1), window, window.end)
    >>> found.test.start.isoformat(), found.test.end.isoformat()
    ('2013-01-31T00:00:00+00:00', '2013-02-28T00:00:00+00:00')
    """
    end = min(window.end, as_of - delay)
    if policy.sampling_unit == "day":
        if policy.test % DAY or policy.calibration % DAY:
            raise SpecError(
                "training.split: where sampling_unit is day, test and calibration are whole days, such as 28d."
            )
        end = end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    test = end - policy.test
    calibration = test - policy.calibration
    if calibration <= window.start:
        raise DataError(
            f"Labels are known up to {end.isoformat()}. Test and calibration would begin at {calibration.isoformat()}, "
            f"and the window at {window.start.isoformat()}: nothing is left to train on. Choose a later as_of, a longer "
            "window, or shorter spans in training.split."
        )
    return Cuts(
        train=Interval(start=window.start, end=calibration),
        calibration=Interval(start=calibration, end=test),
        test=Interval(start=test, end=end),
    )
