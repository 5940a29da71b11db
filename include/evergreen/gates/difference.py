"""What the rules that compare with another model share: a paired difference, a bound, and the sentence."""

from typing import Literal

from evergreen.gates.bound import held, keeps
from evergreen.gates.outcome import outcome
from evergreen.gates.wording import asked_words, decimals, interval, known
from evergreen.records.evaluation import Difference, Evaluation, Role
from evergreen.records.verdict import RuleOutcome
from evergreen.spec.gates import OnMetric


def compare(
    policy: OnMetric,
    evaluation: Evaluation,
    against: Literal["champion", "baseline"],
    *,
    by: float,
    strictly: bool,
    larger_is_better: bool,
) -> RuleOutcome:
    """Ask that the whole interval of challenger minus other is better than ``by``, whichever way is better.

    While there is no champion nothing can be worse than it. Champion and challenger that share too few rows which
    neither was fitted on cannot be compared, and that is no pass.

    Parameters
    ----------
    by
        Least advantage of the challenger; negative allows it to be worse by that much.
    strictly
        Whether an interval that touches ``by`` fails.
    """
    metric = policy.metric
    if against == "champion" and evaluation.champion is None:
        return outcome(policy, True, f"There is no champion yet that {metric} could be worse than.", about=metric)
    difference = next((d for d in evaluation.differences if d.metric == metric and d.against == against), None)
    if difference is None or (against == "champion" and not evaluation.comparable):
        sentence = f"{metric} cannot be compared with the {against}'s. {evaluation.reason}"
        return outcome(policy, False, sentence, about=metric)
    worst = held(difference.estimate, "worst_end", larger_is_better=larger_is_better)
    threshold = (1 if larger_is_better else -1) * by + 0.0  # no -0.0 in sentences and records
    places = decimals(worst, threshold)
    words = asked_words(threshold, places, larger_is_better=larger_is_better, strictly=strictly, judged_by="value")
    return outcome(
        policy,
        keeps(worst, threshold, larger_is_better=larger_is_better, strictly=strictly),
        _sentence(evaluation, difference, f"{words} of the whole interval", places),
        about=metric,
        estimate=difference.estimate,
        threshold=threshold,
    )


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
