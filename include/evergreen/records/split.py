"""Split: train, calibration and test by event time."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Span:
    """Rows of one interval whose label is known.

    Attributes
    ----------
    label_rate
        Mean of the label (binary: share of positives; regression: mean); None without rows and for multiclass.
    units
        Distinct sampling units (days, customers); the number of rows where the spec says ``none``.
    """

    interval: Interval
    rows: int
    label_rate: float | None
    units: int


@dataclass(frozen=True, kw_only=True)
class Split(Record):
    """Three adjoining spans of one snapshot, none of which knows the next.

    Attributes
    ----------
    mature
        Start of the window up to the last moment whose label is known at ``as_of``: what a refit is fitted on.
    leakage
        For each feature, how well it alone predicts the label (AUC folded to [0.5, 1], or |Spearman|).
    """

    model: str
    snapshot: str
    as_of: datetime
    train: Span
    calibration: Span
    test: Span
    mature: Span
    leakage: dict[str, float]
