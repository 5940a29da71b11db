"""Evaluation: packages measured on the same rows."""

from dataclasses import dataclass
from typing import Literal

from evergreen.records.base import Record
from evergreen.records.interval import Interval

Role = Literal["challenger", "champion", "baseline"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its 95% interval, and how that was found. Without an interval ``low`` and ``high`` are None."""

    value: float
    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of one role on the test rows."""

    name: str
    role: Role
    estimate: Estimate


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Challenger minus another role, paired on the same rows. Positive: the challenger's number is larger."""

    metric: str
    against: Literal["champion", "baseline"]
    estimate: Estimate


@dataclass(frozen=True, kw_only=True)
class Evaluation(Record):
    """The numbers a verdict is made from.

    Attributes
    ----------
    package, champion
        Digests of the packages; ``champion`` is None while there is none.
    span
        Event times of the rows that neither was fitted on.
    units
        Distinct sampling units among the rows, by which intervals are clustered.
    looks
        How often this test span was looked at before, by evaluations with other packages.
    comparable
        False when champion and challenger share too few unseen rows to be compared; ``reason`` says so.
    """

    model: str
    package: str
    champion: str | None
    span: Interval
    rows: int
    units: int
    looks: int
    comparable: bool
    reason: str
    metrics: tuple[Metric, ...]
    differences: tuple[Difference, ...]
