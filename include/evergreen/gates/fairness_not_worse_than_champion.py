"""The rule ``fairness_not_worse_than_champion``."""

from evergreen.gates.bound import held, keeps
from evergreen.gates.fairness import by_column, details, disparity_of, more_is_fairer
from evergreen.gates.outcome import Outcomes, outcome, without_champion
from evergreen.gates.wording import decimals, interval, known
from evergreen.records.evaluation import Disparity, Estimate
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.groups import FairnessNotWorseThanChampion
from evergreen.spec.model import ModelSpec


def fairness_not_worse_than_champion(
    spec: ModelSpec, policy: FairnessNotWorseThanChampion, evidence: Evidence
) -> Outcomes:
    """The challenger's disparity must not exceed the champion's value by more than ``margin``."""
    if evidence.evaluation.champion is None:
        return without_champion(policy, policy.measure)
    if not evidence.evaluation.comparable:
        sentence = f"{policy.measure} cannot be compared with the champion's. {evidence.evaluation.reason}"
        return (outcome(policy, False, sentence, about=policy.measure),)

    def judged(disparity: Disparity, estimate: Estimate) -> RuleOutcome:
        return _compared(policy, disparity, estimate, disparity_of(evidence, policy, disparity.column, "champion"))

    return by_column(spec, policy, evidence, judged)


def _compared(
    policy: FairnessNotWorseThanChampion, disparity: Disparity, estimate: Estimate, champion: Estimate | None
) -> RuleOutcome:
    name, larger = f"{policy.measure} by {disparity.column}", more_is_fairer(policy)
    theirs = known(champion.value) if champion else None
    if theirs is None:
        sentence = f"{name} could not be judged: the champion's is not known."
        return outcome(policy, Judgement.NOT_JUDGED, sentence, about=name, severity=policy.too_small)
    asked = theirs - policy.margin if larger else theirs + policy.margin
    number = held(estimate, policy.judged_by, larger_is_better=larger)
    places = decimals(number, asked)
    found = "not a number" if known(estimate.value) is None else f"{estimate.value:.{places}f}"
    end = "" if policy.judged_by == "value" else f" of the {policy.judged_by.replace('_', ' ')} of the interval"
    sentence = (
        f"{name} is {found} ({interval(estimate, places)}){details(disparity)}; the champion's is {theirs:.{places}f}, and "
        f"{'at least' if larger else 'at most'} {asked:.{places}f} was asked{end}."
    )
    passed = keeps(number, asked, larger_is_better=larger)
    return outcome(policy, passed, sentence, about=name, estimate=estimate, threshold=asked)
