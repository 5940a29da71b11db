"""Refit: the passed recipe, fitted on every row whose label is known."""

from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.candidate import Candidate
from evergreen.records.package import ModelPackage
from evergreen.records.version import Version


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How far the refitted model's answers are from the gated one's, on the test rows.

    Attributes
    ----------
    correlation
        Spearman's rank correlation of the scores; 1 means the same order. None for multiclass.
    mean_difference
        Mean of refitted minus gated score; 0 means no shift.
    passed
        Within the bounds of the spec.
    """

    rows: int
    correlation: float | None
    mean_difference: float
    passed: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Refit(Record):
    """What becomes the challenger. With ``refit: none`` it is the gated package itself and ``parity`` is None."""

    model: str
    gated: str
    package: ModelPackage
    candidate: Candidate
    version: Version
    parity: Parity | None
