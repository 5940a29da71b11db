"""The rule ``slices``, and what it shares with the one that compares with the champion."""

from collections.abc import Sequence

from evergreen.gates.bound import held, keeps
from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import decimals, interval, known, listed
from evergreen.records.evaluation import Slice
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement
from evergreen.spec.groups import SliceBound
from evergreen.spec.model import ModelSpec
from evergreen.spec.rule import GroupRule


def slices(spec: ModelSpec, policy: SliceBound, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """The metric must keep its bounds on every slice that is large enough to be measured."""
    found = evidence.evaluation.slices
    measured = [s for s in found if s.challenger is not None]
    outcomes = unmeasured(policy, [s for s in found if s.challenger is None], found)
    for asked, larger in ((policy.at_least, True), (policy.at_most, False)):
        if asked is not None and measured:
            outcomes = (*_bounded(policy, measured, asked, larger_is_better=larger), *outcomes)
    return outcomes


def unmeasured(policy: GroupRule, small: Sequence[Slice], found: Sequence[Slice]) -> Outcomes:
    """What is said of slices that are too small, and of none at all."""
    if not found:
        return (outcome(policy, Judgement.NOT_JUDGED, "No slice was evaluated: see slices of the spec."),)
    if not small:
        return ()
    names = listed([f"{s.name} ({s.rows:,} rows)" for s in small])
    sentence = f"{len(small)} of {len(found)} slices could not be judged: {names}. {small[0].reason}"
    severity = policy.too_small or policy.severity
    return (outcome(policy, Judgement.NOT_JUDGED, sentence, severity=severity, about=listed([s.name for s in small])),)


def _bounded(policy: SliceBound, measured: Sequence[Slice], asked: float, *, larger_is_better: bool) -> Outcomes:
    numbers = {
        s.name: held(s.challenger, policy.judged_by, larger_is_better=larger_is_better)
        for s in measured
        if s.challenger is not None
    }
    bad = [s for s in measured if not keeps(numbers[s.name], asked, larger_is_better=larger_is_better)]
    worst = min(measured, key=lambda s: _rank(numbers[s.name], larger_is_better=larger_is_better))
    estimate = worst.challenger
    assert estimate is not None  # noqa: S101 (they are the measured ones)
    places = decimals(numbers[worst.name], asked)
    number = "not a number" if known(estimate.value) is None else f"{estimate.value:.{places}f}"
    bound = f"{'at least' if larger_is_better else 'at most'} {asked:.{places}f} was asked"
    others = [s.name for s in bad if s is not worst]
    sentence = (
        f"Of {len(measured)} slices {worst.name} ({worst.rows:,} rows) has the worst {worst.metric}, {number} "
        f"({interval(estimate, places)}); {bound}{ENDS[policy.judged_by]}."
        + (f" Too bad as well: {listed(others)}." if others else "")
    )
    return (outcome(policy, not bad, sentence, about=worst.name, estimate=estimate, threshold=asked),)


ENDS = {"value": "", "worst_end": " of the worst end of each interval", "best_end": " of the best end of each interval"}


def _rank(number: float | None, *, larger_is_better: bool) -> float:
    """Worst first; what is not known is the worst of all."""
    if number is None:
        return -float("inf")
    return number if larger_is_better else -number
