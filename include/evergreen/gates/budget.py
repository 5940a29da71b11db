"""The rule ``budget``."""

from evergreen.gates.outcome import Outcomes, outcome, without_champion
from evergreen.gates.resources import amount, spent
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.circumstances import Budget
from evergreen.spec.model import ModelSpec


def budget(spec: ModelSpec, policy: Budget, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """A resource must not be used beyond ``at_most``, nor beyond ``times_champion`` of what the champion takes."""
    ours, theirs = spent(evidence, policy.resource)
    outcomes: list[RuleOutcome] = []
    if policy.at_most is not None:
        outcomes.append(_within(policy, ours, policy.at_most, ""))
    if policy.times_champion is not None:
        outcomes += _relative(policy, ours, theirs, policy.times_champion, evidence)
    return tuple(outcomes)


def _relative(policy: Budget, ours: float, theirs: float | None, times: float, evidence: Evidence) -> Outcomes:
    if evidence.champion is None:
        return without_champion(policy, policy.resource)
    if theirs is None:
        sentence = f"It is not known what {policy.resource} the champion took."
        return (outcome(policy, Judgement.NOT_JUDGED, sentence, about=policy.resource, value=ours),)
    champion = f", {times:g} times the champion's {amount(theirs, policy.resource)}"
    return (_within(policy, ours, times * theirs, champion),)


def _within(policy: Budget, ours: float, most: float, why: str) -> RuleOutcome:
    sentence = f"It takes {amount(ours, policy.resource)}; at most {amount(most, policy.resource)} was asked{why}."
    return outcome(policy, ours <= most, sentence, about=policy.resource, value=ours, threshold=most)
