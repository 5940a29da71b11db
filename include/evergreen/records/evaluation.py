"""Evaluation: packages measured on the same rows."""

from dataclasses import dataclass
from typing import Literal

from evergreen.records.base import Record
from evergreen.records.interval import Interval

Role = Literal["challenger", "champion", "baseline"]
FairnessMeasure = Literal["demographic_parity_difference", "equalized_odds_difference", "disparate_impact_ratio"]
CurveKind = Literal["roc", "precision_recall", "calibration", "residual_quantiles"]


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
class Slice:
    """A part of the test rows, such as ``origin = EWR``, and a metric on it.

    Attributes
    ----------
    declared
        Whether the spec names it; the others were found because they are large.
    challenger
        None where the slice is too small to be measured; ``reason`` says so.
    difference
        Challenger minus champion, with an interval that is corrected for the number of slices looked at; None without a
        champion that can be compared.
    """

    name: str
    declared: bool
    rows: int
    units: int
    metric: str
    challenger: Estimate | None
    difference: Estimate | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The rows that share one value of a sensitive column, and what the model of the disparity decides on them.

    ``selection_rate`` is the share of favourable decisions among all rows; ``true_positive_rate`` and
    ``false_positive_rate`` are those among the rows whose label is, and is not, the favourable outcome. None where there
    is no such row.
    """

    name: str
    rows: int
    selection_rate: float | None
    true_positive_rate: float | None
    false_positive_rate: float | None


@dataclass(frozen=True, kw_only=True)
class Disparity:
    """How differently a model treats the groups of one sensitive column, or of an intersection of several.

    Attributes
    ----------
    column
        A sensitive column, or several joined by `` x ``.
    measure
        As fairlearn defines it: differences are 0 where groups are treated alike, the ratio is 1.
    estimate
        None where fewer than two groups are large enough; ``reason`` says so, and names groups left out.
    """

    column: str
    measure: FairnessMeasure
    role: Role
    estimate: Estimate | None
    groups: tuple[Group, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line to draw, with at most 100 points.

    Attributes
    ----------
    kind
        ``roc``: false positive rate and true positive rate. ``precision_recall``: recall and precision.
        ``calibration``: mean score and observed share (regression: mean label) of rows binned by score, of equal mass.
        ``residual_quantiles``: probability and quantile of label minus prediction.
    of
        The class that is told from the rest in a multiclass task; empty otherwise.
    """

    kind: CurveKind
    role: Role
    of: str
    x: tuple[float, ...]
    y: tuple[float, ...]


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
    slices
        Parts of the same rows, declared ones first.
    disparities
        One per sensitive column (and intersection), measure and role; empty without sensitive columns.
    curves
        For the model card, of challenger and champion. The journal keeps the evaluation without them.
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
    slices: tuple[Slice, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    curves: tuple[Curve, ...] = ()
