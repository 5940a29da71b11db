"""The rule ``not_worse_than_champion``."""

from evergreen.gates.difference import compare, unjudged
from evergreen.records.evaluation import Evaluation
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.training import NotWorseThanChampion


def not_worse_than_champion(
    policy: NotWorseThanChampion, evaluation: Evaluation, *, larger_is_better: bool
) -> RuleOutcome:
    """The whole interval of challenger minus champion must stay within ``margin`` of 0 on the worse side.

    It passes while there is no champion. Champion and challenger that share too few rows which neither was fitted on
    cannot be compared, and that is no pass.
    """
    if evaluation.champion is None:
        return unjudged(policy, Judgement.PASS, f"There is no champion yet that {policy.metric} could be worse than.")
    if not evaluation.comparable:
        sentence = f"{policy.metric} cannot be compared with the champion's. {evaluation.reason}".strip()
        return unjudged(policy, Judgement.FAIL, sentence)
    by = -policy.margin
    return compare(policy, evaluation, "champion", by=by, strictly=False, larger_is_better=larger_is_better)
