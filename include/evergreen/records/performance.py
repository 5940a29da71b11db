"""PerformanceReport: how well the champion does, on rows whose label has come, and as its scores alone suggest."""

from collections.abc import Sequence
from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.evaluation import Disparity, Estimate, Slice
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A metric on the rows of a window whose labels have come."""

    metric: str
    estimate: Estimate


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A metric as the scores alone let one expect it, and what became of that expectation.

    Attributes
    ----------
    truth
        The measured value on the same rows; None until their labels have come.
    """

    metric: str
    estimate: Estimate
    truth: float | None

    @property
    def held(self) -> bool | None:
        """Whether the truth lies in the interval; None while it is not known."""
        if self.truth is None or self.estimate.low is None or self.estimate.high is None:
            return None
        return self.estimate.low <= self.truth <= self.estimate.high


@dataclass(frozen=True, kw_only=True)
class Past:
    """An estimate of an earlier window whose labels have come since.

    Its truth is measured when the labels are due, and once more when the window that is due shares no row with it.
    """

    window: Interval
    expected: Expected


def newest_of(past: Sequence[Past], windows: int) -> tuple[Past, ...]:
    """The estimates of the newest so many windows, with all metrics of each."""
    known = sorted({(p.window.end, p.window.start) for p in past})[-windows:]
    return tuple(p for p in past if (p.window.end, p.window.start) in known)


@dataclass(frozen=True, kw_only=True)
class PerformanceReport(Record):
    """The champion's predictions of one window held against their labels.

    Attributes
    ----------
    window
        Event times of the measured rows: the newest window whose labels are due.
    rows, units, labelled
        Its predictions, their sampling units, and how many of them have a label.
    corrected
        Labels that replaced an earlier one.
    lag_median, lag_high
        Seconds from event to first label: median and 95th percentile; None without labels.
    measured
        Empty where there are too few labels; ``reason`` says so.
    current, estimated
        The newest window, due or not, and what the scores alone suggest for it; empty where there is no such estimate.
    unestimated
        Why there is no estimate; empty when there is one.
    past, coverage
        Estimates of earlier windows whose truth is known, and the share of them whose interval held it, over all metrics;
        None without any. `held` has it by metric.
    kind
        What an error tells: ``concept`` when the model does worse than its inputs let one expect, ``data`` when the
        inputs alone explain it, empty when nothing is wrong or it cannot be told. Without an estimate (of a regression):
        worse than at the evaluation, on rows whose features do not drift, or do.
    """

    model: str
    version: int
    window: Interval
    rows: int
    units: int | None
    labelled: int
    corrected: int
    lag_median: float | None
    lag_high: float | None
    reason: str
    measured: tuple[Measured, ...]
    current: Interval
    estimated: tuple[Expected, ...]
    past: tuple[Past, ...] = ()
    coverage: float | None = None
    kind: str = ""
    slices: tuple[Slice, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    unestimated: str = ""

    def metric(self, name: str) -> Estimate | None:
        """A measured metric, or None."""
        return next((m.estimate for m in self.measured if m.metric == name), None)

    def expected(self, name: str) -> Estimate | None:
        """An estimated metric, or None."""
        return next((e.estimate for e in self.estimated if e.metric == name), None)

    def held(self, metric: str) -> tuple[int, int]:
        """Of the earlier estimates of a metric with an interval: how many held the truth, and how many there are."""
        known = [p.expected.held for p in self.past if p.expected.metric == metric and p.expected.held is not None]
        return sum(known), len(known)
