"""One rule's outcome, made the same way by every rule."""

from evergreen.gates.wording import known
from evergreen.records.evaluation import Estimate
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.rule import Rule, Severity

Outcomes = tuple[RuleOutcome, ...]


def outcome(
    policy: Rule,
    judgement: Judgement | bool,
    sentence: str,
    *,
    about: str = "",
    severity: Severity | None = None,
    estimate: Estimate | None = None,
    value: float | None = None,
    threshold: float | None = None,
) -> RuleOutcome:
    """An outcome of ``policy``; numbers that are NaN or infinite, which records cannot hold, become None.

    Parameters
    ----------
    judgement
        True stands for PASS, False for FAIL.
    severity
        Unset: the rule's own.
    estimate
        Where value and interval come from; without one the value is ``value``.
    """
    if isinstance(judgement, bool):
        judgement = Judgement.PASS if judgement else Judgement.FAIL
    return RuleOutcome(
        rule=policy.rule,
        judgement=judgement,
        severity=severity or policy.severity,
        sentence=" ".join(sentence.split()),
        value=known(estimate.value if estimate else value),
        threshold=threshold,
        low=known(estimate.low) if estimate else None,
        high=known(estimate.high) if estimate else None,
        about=about,
    )


def without_champion(policy: Rule, about: str) -> Outcomes:
    """What every rule that compares with the champion says while there is none."""
    return (outcome(policy, True, f"There is no champion yet that {about} could be worse than.", about=about),)
