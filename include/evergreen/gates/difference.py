"""What the rules that compare with another model share: a paired difference, a bound, and the sentence."""

from typing import Literal

from evergreen.gates.wording import decimals, interval, known
from evergreen.records.evaluation import Difference, Evaluation, Role
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.training import BetterThanBaseline, NotWorseThanChampion


def unjudged(policy: BetterThanBaseline | NotWorseThanChampion, judgement: Judgement, sentence: str) -> RuleOutcome:
    """An outcome without numbers: the sentence says why."""
    return RuleOutcome(
        rule=policy.rule,
        judgement=judgement,
        severity=policy.severity,
        sentence=sentence,
        value=None,
        threshold=None,
        low=None,
        high=None,
    )


def compare(
    policy: BetterThanBaseline | NotWorseThanChampion,
    evaluation: Evaluation,
    against: Literal["champion", "baseline"],
    *,
    by: float,
    strictly: bool,
    larger_is_better: bool,
) -> RuleOutcome:
    """Ask that the whole interval of challenger minus other is better than ``by``, whichever way is better.

    Parameters
    ----------
    by
        Least advantage of the challenger; negative allows it to be worse by that much.
    strictly
        Whether an interval that touches ``by`` fails.
    """
    difference = _difference(evaluation, policy.metric, against)
    if difference is None:
        sentence = f"{policy.metric} cannot be compared with the {against}'s. {evaluation.reason}".strip()
        return unjudged(policy, Judgement.FAIL, sentence)
    estimate, sign = difference.estimate, 1 if larger_is_better else -1
    worst = known(estimate.low if larger_is_better else estimate.high)
    passed = False
    if worst is not None and known(estimate.value) is not None:
        passed = sign * worst > by or (sign * worst == by and not strictly)
    threshold = sign * by + 0.0  # no -0.0 in sentences and records
    bound = {(True, 1): "more than", (False, 1): "at least", (True, -1): "less than", (False, -1): "at most"}
    asked = f"{bound[strictly, sign]} {threshold:.{decimals(worst, threshold)}f} was asked of the whole interval"
    return RuleOutcome(
        rule=policy.rule,
        judgement=Judgement.PASS if passed else Judgement.FAIL,
        severity=policy.severity,
        sentence=_sentence(evaluation, difference, asked, decimals(worst, threshold)),
        value=known(estimate.value),
        threshold=threshold,
        low=known(estimate.low),
        high=known(estimate.high),
    )


def _difference(evaluation: Evaluation, metric: str, against: str) -> Difference | None:
    return next((d for d in evaluation.differences if d.metric == metric and d.against == against), None)


def _value(evaluation: Evaluation, metric: str, role: Role) -> float:
    found = (m.estimate.value for m in evaluation.metrics if m.name == metric and m.role == role)
    return next(found, float("nan"))


def _sentence(evaluation: Evaluation, difference: Difference, asked: str, places: int) -> str:
    metric, against, estimate = difference.metric, difference.against, difference.estimate
    if known(estimate.value) is None:
        return f"The {metric} of the challenger minus the {against}'s is not a number; {asked}."
    ours, theirs = _value(evaluation, metric, "challenger"), _value(evaluation, metric, against)
    side = "above" if estimate.value >= 0 else "below"
    return (
        f"{metric} {ours:.{places}f} is {abs(estimate.value):.{places}f} {side} the {against}'s {theirs:.{places}f} "
        f"({interval(estimate, places)}); {asked}."
    )
