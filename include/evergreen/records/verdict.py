"""Verdict: what the gates say of an evaluation."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evergreen.records.base import Record


class Judgement(StrEnum):
    """The outcome of a verdict or of one rule."""

    PASS = "PASS"  # noqa: S105 (a judgement, no password)
    FAIL = "FAIL"


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """One rule, the numbers it compared and one sentence in words."""

    rule: str
    judgement: Judgement
    severity: Literal["block", "warn"]
    sentence: str
    value: float | None
    threshold: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Verdict(Record):
    """PASS when no blocking rule failed. A FAIL is data, not an error."""

    model: str
    judgement: Judgement
    package: str
    champion: str | None
    evaluation: str
    outcomes: tuple[RuleOutcome, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The sentences of the rules that failed, blocking ones first."""
        failed = [o for o in self.outcomes if o.judgement is Judgement.FAIL]
        return tuple(o.sentence for o in sorted(failed, key=lambda o: o.severity != "block"))
