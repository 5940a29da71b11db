"""DriftReport: a current window held against the reference of the champion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from evergreen.records.base import Record
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval

Part = Literal["feature", "prediction", "label"]


@dataclass(frozen=True, kw_only=True)
class ColumnDrift:
    """One column of the window against the reference.

    Attributes
    ----------
    rows
        Rows of the window that have the column, nulls included; 0 for a column that was not logged.
    weight
        Share of the features' importance for the model; 0 for prediction and label.
    psi, jensen_shannon, kullback_leibler, chi_squared
        Over groups of the bins, nulls among them; None for a column that cannot be compared (`sentence` says why).
    chi_squared_p
        As if rows were independent: for comparison with other tools, no decision rests on it.
    ks_low, ks_high
        Bounds of the Kolmogorov-Smirnov statistic of numeric columns; equal where a rule asked for the exact one.
    wasserstein
        Distance in standard deviations of the reference, of numeric columns.
    null_rate, reference_null_rate
        Shares of nulls.
    new_share, new, vanished
        Share of rows whose category the reference lacks, the most frequent of those, and frequent ones that are gone.
    p_value
        The smallest over what was tested (distribution, nulls, new categories), after correction for all columns and for
        the sampling unit; 1 where nothing could be tested.
    proven
        By statistic of a rule, what is left of it when the aspects that sampling units may differ in by chance (their values,
        nulls, new categories) are taken to be as in the reference; a statistic that is missing is 0.
    judged
        Whether there were rows and sampling units enough to judge it, and something to compare.
    drifts
        Large enough, significant, and on enough rows.
    since
        Start of the first window of the unbroken run of windows in which it drifts; None when it does not.
    """

    name: str
    part: Part
    kind: Literal["numeric", "categorical"]
    rows: int
    weight: float
    psi: float | None
    jensen_shannon: float | None
    kullback_leibler: float | None
    chi_squared: float | None
    chi_squared_p: float | None
    ks_low: float | None
    ks_high: float | None
    wasserstein: float | None
    null_rate: float
    reference_null_rate: float
    new_share: float
    new: tuple[str, ...]
    vanished: tuple[str, ...]
    p_value: float
    drifts: bool
    since: datetime | None
    sentence: str
    proven: Mapping[str, float] = field(default_factory=dict)
    judged: bool = True


@dataclass(frozen=True, kw_only=True)
class DriftReport(Record):
    """What changed, how much, since when, and how much it matters.

    Attributes
    ----------
    version, reference
        The champion's version and the digest of its reference.
    window
        Event times of the rows; the label's may lie earlier, as labels come late.
    units
        Sampling units that the features of the window are of; None where rows are the unit.
    unit
        What these are: ``day`` where the log does not have the sampling unit of the reference; empty where rows are the unit.
    enough
        Whether the window is big enough for a decision; ``reason`` says what is missing. Prediction and label, of which
        there may be fewer, say so in their own sentences.
    columns
        Features, prediction and label; the worst first.
    share, weighted_share
        Share of the features that drift: counted, and weighted by importance.
    domain
        Area under the curve of a classifier that tells the window from the reference: 0.5 means it cannot. None when
        nobody asked.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    schema_version: int = 2
    model: str
    version: int
    reference: str
    window: Interval
    rows: int
    units: int | None
    enough: bool
    reason: str
    level: float
    columns: tuple[ColumnDrift, ...]
    share: float
    weighted_share: float
    domain: Estimate | None = None
    unit: str = ""

    def column(self, name: str) -> ColumnDrift | None:
        """What is said of a column (features, ``prediction``, ``label``); None when nothing is."""
        return next((c for c in self.columns if c.name == name), None)
