"""Promotion: a version becomes champion."""

from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Promotion(Record):
    """Of two promotions judged against one champion, one wins.

    Attributes
    ----------
    expected_champion
        Digest of the package that the verdict was reached against; None for a first champion.
    data
        Event times that the promoted model was fitted on.
    """

    model: str
    package: str
    version: int
    verdict: str
    expected_champion: str | None
    data: Interval
