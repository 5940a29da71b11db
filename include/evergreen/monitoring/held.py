"""What a look saw of a champion, and one rule held against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evergreen.records.drift import DriftReport
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import PerformanceReport
from evergreen.records.watched import Watched


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the rules are held against: one look at a champion.

    Attributes
    ----------
    earlier
        Reports on the same version, oldest first.
    """

    as_of: datetime
    watched: Watched
    drift: DriftReport | None
    performance: PerformanceReport | None
    earlier: Sequence[MonitorReport] = ()


@dataclass(frozen=True, kw_only=True)
class Held:
    """A rule held against one subject. Numbers are None where there is nothing to compare."""

    subject: str = ""
    holds: bool = False
    value: float | None = None
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    sentence: str
