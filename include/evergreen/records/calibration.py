"""Calibration: how likely a score comes true, learned from rows that a version was not fitted on."""

from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class ScoreCurve:
    """From score (``x``, ascending) to probability (``y``), with straight lines between.

    Attributes
    ----------
    of
        The class of a multiclass task; empty otherwise.
    """

    of: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A metric on these rows, as measured and as expected from probabilities that other rows have taught.

    Attributes
    ----------
    deviation
        Standard deviation of measured minus expected for a single sampling unit; of n units it is this over the root of n.
    """

    metric: str
    measured: float
    expected: float
    deviation: float


@dataclass(frozen=True, kw_only=True)
class Calibration(Record):
    """What a label-free estimate of a version's performance starts from. Stored beside the version's reference.

    Attributes
    ----------
    package
        Digest of the gated package, whose test rows these are.
    interval, rows, units, unit
        The rows, their sampling units, and what a unit is called.
    method
        ``isotonic`` or ``Platt``; empty where there are no curves.
    classes
        Of a multiclass task, in the order of the curves.
    reason
        Why there are no curves, and so no estimate; empty when there are.
    """

    model: str
    version: int
    package: str
    interval: Interval
    rows: int
    units: int
    unit: str
    method: str
    classes: tuple[str, ...]
    curves: tuple[ScoreCurve, ...]
    checked: tuple[Checked, ...]
    reason: str
