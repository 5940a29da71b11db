"""The rule ``slices_not_worse_than_champion``."""

from collections.abc import Sequence

from evergreen.gates.bound import held, keeps
from evergreen.gates.outcome import Outcomes, outcome, without_champion
from evergreen.gates.slices import ENDS, unmeasured
from evergreen.gates.wording import decimals, interval, known, listed
from evergreen.records.evaluation import Estimate, Slice
from evergreen.records.evidence import Evidence
from evergreen.spec.groups import SlicesNotWorseThanChampion
from evergreen.spec.metrics import metric
from evergreen.spec.model import ModelSpec


def slices_not_worse_than_champion(spec: ModelSpec, policy: SlicesNotWorseThanChampion, evidence: Evidence) -> Outcomes:
    """No slice may get worse than the champion by more than ``margin``; intervals are corrected for looking at many."""
    evaluation = evidence.evaluation
    if evaluation.champion is None:
        return without_champion(policy, "a slice")
    if not evaluation.comparable:
        return (outcome(policy, False, f"Slices cannot be compared with the champion's. {evaluation.reason}"),)
    compared = [(s, s.difference) for s in evaluation.slices if s.difference is not None]
    small = [s for s in evaluation.slices if s.difference is None]
    rest = unmeasured(policy, small, evaluation.slices)
    return (*_judged(spec, policy, compared), *rest) if compared else rest


def _judged(
    spec: ModelSpec, policy: SlicesNotWorseThanChampion, compared: Sequence[tuple[Slice, Estimate]]
) -> Outcomes:
    advantages = {s.name: _advantage(spec, policy, s, difference) for s, difference in compared}
    bad = [s for s, _ in compared if not keeps(advantages[s.name], -policy.margin, larger_is_better=True)]
    worst, estimate = min(compared, key=lambda pair: _or_worst(advantages[pair[0].name]))
    places = decimals(advantages[worst.name], -policy.margin)
    change = "not a number" if known(estimate.value) is None else f"{estimate.value:+.{places}f}"
    others = [s.name for s in bad if s is not worst]
    sentence = (
        f"Of {len(compared)} slices {worst.name} ({worst.rows:,} rows) loses most against the champion: {worst.metric} "
        f"{change} ({interval(estimate, places)}, corrected for {len(compared)} slices); a loss of {policy.margin:.{places}f} "
        f"was borne{ENDS[policy.judged_by]}." + (f" Too bad as well: {listed(others)}." if others else "")
    )
    threshold = -policy.margin if metric(spec.task, worst.metric).larger_is_better else policy.margin
    return (outcome(policy, not bad, sentence, about=worst.name, estimate=estimate, threshold=threshold + 0.0),)


def _advantage(spec: ModelSpec, policy: SlicesNotWorseThanChampion, part: Slice, difference: Estimate) -> float | None:
    """How much better the challenger is on a slice, by the number that the policy judges by."""
    larger = metric(spec.task, part.metric).larger_is_better
    number = held(difference, policy.judged_by, larger_is_better=larger)
    return number if number is None or larger else -number


def _or_worst(advantage: float | None) -> float:
    return -float("inf") if advantage is None else advantage
