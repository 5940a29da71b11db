"""MonitorReport: one look at a champion, what was found, and what that leads to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evergreen.records.base import Record
from evergreen.records.interval import Interval

Action = Literal["none", "alert", "retrain", "rollback"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule of the spec, held against a report.

    Attributes
    ----------
    rule, subject
        Which rule and what it is about (a column, a metric, a group); together they name the finding. Where several rules
        are about one thing, the subject has the bound, too, and what the rule leads to.
    holds
        Whether the rule's bound is passed in this report.
    fired
        Whether it held in enough of the last reports, this one among them: then it is a finding.
    value, threshold, low, high
        The numbers compared; ``value`` is None where there was too little to judge by.
    since
        End of the first window of the unbroken run in which it held.
    """

    rule: str
    subject: str
    then: Literal["retrain", "rollback", "alert"]
    holds: bool
    fired: bool
    value: float | None
    threshold: float | None
    low: float | None
    high: float | None
    since: datetime | None
    sentence: str

    @property
    def name(self) -> str:
        """Names the finding, through all reports."""
        return f"{self.rule}: {self.subject}" if self.subject else self.rule

    @property
    def judged(self) -> bool:
        """Whether there was enough to say yes or no."""
        return self.value is not None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a report leads to, and why; also when it leads to nothing.

    Attributes
    ----------
    request_id
        The request that was opened; None otherwise.
    """

    action: Action
    reason: str
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class MonitorReport(Record):
    """Everything that one look gave. ``as_of`` is the end of the current window.

    Attributes
    ----------
    version, package
        The champion that was looked at.
    reference
        Digest of its reference.
    drift, performance
        Keys of the records that the findings come from; None where there was nothing to compare.
    text, key
        The report in Markdown, and the key of its page.
    """

    model: str
    as_of: datetime
    window: Interval
    version: int
    package: str
    reference: str
    rows: int
    drift: str | None
    performance: str | None
    findings: tuple[Finding, ...]
    decision: Decision
    text: str
    key: str

    @property
    def fired(self) -> tuple[Finding, ...]:
        """The findings."""
        return tuple(f for f in self.findings if f.fired)
