"""Verdict: what the gates say of an evaluation."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evergreen.records.base import Record


class Judgement(StrEnum):
    """The outcome of a rule. A verdict itself is PASS or FAIL."""

    PASS = "PASS"  # noqa: S105 (a judgement, no password)
    FAIL = "FAIL"
    NOT_JUDGED = "NOT JUDGED"


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """One rule, the numbers it compared and one sentence in words.

    Attributes
    ----------
    about
        What it was asked of: a metric, a slice, a sensitive column, a resource. A rule may have one outcome for each.
    """

    rule: str
    judgement: Judgement
    severity: Literal["block", "warn"]
    sentence: str
    value: float | None
    threshold: float | None
    low: float | None
    high: float | None
    about: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it alone makes the verdict FAIL: what could not be judged has not passed."""
        return self.judgement is not Judgement.PASS and self.severity == "block"


@dataclass(frozen=True, kw_only=True)
class Verdict(Record):
    """PASS when every blocking rule passed. A FAIL is data, not an error."""

    model: str
    judgement: Judgement
    package: str
    champion: str | None
    evaluation: str
    outcomes: tuple[RuleOutcome, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The sentences of the rules that did not pass, blocking ones first."""
        failed = [o for o in self.outcomes if o.judgement is not Judgement.PASS]
        return tuple(o.sentence for o in sorted(failed, key=lambda o: o.severity != "block"))
