"""What the rules that hold one estimate against a bound share."""

from evergreen.gates.outcome import outcome
from evergreen.gates.wording import asked_words, decimals, interval, known
from evergreen.records.evaluation import Estimate
from evergreen.records.verdict import RuleOutcome
from evergreen.spec.rule import JudgedBy, Rule


def held(estimate: Estimate, judged_by: JudgedBy, *, larger_is_better: bool) -> float | None:
    """The number that is held against a bound; None where it is not known.

    >>> found = Estimate(value=0.7, low=0.6, high=0.8, method="DeLong")
    >>> held(found, "worst_end", larger_is_better=True), held(found, "worst_end", larger_is_better=False)
    (0.6, 0.8)
    """
    if judged_by == "value" or known(estimate.value) is None:
        return known(estimate.value)
    return known(estimate.low if larger_is_better is (judged_by == "worst_end") else estimate.high)


def keeps(number: float | None, asked: float, *, larger_is_better: bool, strictly: bool = False) -> bool:
    """Whether a number is on the right side of a bound; what is not known never is."""
    if number is None:
        return False
    return (number == asked and not strictly) or (number > asked if larger_is_better else number < asked)


def bounded(
    policy: Rule,
    name: str,
    estimate: Estimate,
    asked: float,
    *,
    larger_is_better: bool,
    strictly: bool,
    judged_by: JudgedBy,
    details: str = "",
) -> RuleOutcome:
    """Hold an estimate against a bound, and say so.

    Parameters
    ----------
    name
        What the estimate is of, in words.
    details
        Goes between the number and the bound.
    """
    number = held(estimate, judged_by, larger_is_better=larger_is_better)
    places = decimals(number, asked)
    words = asked_words(asked, places, larger_is_better=larger_is_better, strictly=strictly, judged_by=judged_by)
    found = "not a number" if known(estimate.value) is None else f"{estimate.value:.{places}f}"
    return outcome(
        policy,
        keeps(number, asked, larger_is_better=larger_is_better, strictly=strictly),
        f"{name} is {found} ({interval(estimate, places)}){details}; {words}.",
        about=name,
        estimate=estimate,
        threshold=asked,
    )
