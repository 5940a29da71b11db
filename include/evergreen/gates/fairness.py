"""The rule ``fairness``, and what it shares with the one that compares with the champion."""

from collections.abc import Callable

from evergreen.gates.bound import bounded
from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import known
from evergreen.records.evaluation import Disparity, Estimate, Group, Role
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.groups import FairnessBound, OfPeople
from evergreen.spec.model import ModelSpec

RATES = {"selection_rate": "selected", "true_positive_rate": "true positives", "false_positive_rate": "false positives"}


def fairness(spec: ModelSpec, policy: FairnessBound, evidence: Evidence) -> Outcomes:
    """The disparity by each sensitive column must keep its bound."""

    def judged(disparity: Disparity, estimate: Estimate) -> RuleOutcome:
        return bounded(
            policy,
            f"{policy.measure} by {disparity.column}",
            estimate,
            policy.bound,
            larger_is_better=more_is_fairer(policy),
            strictly=policy.strictly,
            judged_by=policy.judged_by,
            details=details(disparity),
        )

    return by_column(spec, policy, evidence, judged)


def by_column(
    spec: ModelSpec, policy: OfPeople, evidence: Evidence, judged: Callable[[Disparity, Estimate], RuleOutcome]
) -> Outcomes:
    """One outcome for each column; groups that are too small, and columns without numbers, are not judged."""
    found = {
        d.column: d for d in evidence.evaluation.disparities if (d.role, d.measure) == ("challenger", policy.measure)
    }
    wanted = policy.columns or tuple(dict.fromkeys((*spec.columns.sensitive, *found)))
    outcomes: list[RuleOutcome] = []
    for column in wanted:
        disparity = found.get(column)
        if disparity is not None and disparity.estimate is not None:
            outcomes.append(judged(disparity, disparity.estimate))
            continue
        name = f"{policy.measure} by {column}"
        reason = disparity.reason if disparity else f"It was not evaluated. {evidence.evaluation.reason}"
        severity = policy.too_small if disparity else None
        sentence = f"{name} could not be judged. {reason}"
        outcomes.append(outcome(policy, Judgement.NOT_JUDGED, sentence, about=name, severity=severity))
    return tuple(outcomes)


def disparity_of(evidence: Evidence, policy: OfPeople, column: str, role: Role) -> Estimate | None:
    """The disparity of one role; None where it was not evaluated."""
    wanted = (column, policy.measure, role)
    found = (d.estimate for d in evidence.evaluation.disparities if (d.column, d.measure, d.role) == wanted)
    return next(found, None)


def more_is_fairer(policy: OfPeople) -> bool:
    """A ratio of 1, and a difference of 0, mean that groups are treated alike."""
    return policy.measure == "disparate_impact_ratio"


def details(disparity: Disparity) -> str:
    """The groups that differ most, and those that were left out."""
    rates = ("true_positive_rate", "false_positive_rate") if "odds" in disparity.measure else ("selection_rate",)
    widest = max(rates, key=lambda rate: _spread(disparity.groups, rate))
    ranked = sorted((r, g.name) for g in disparity.groups if (r := _rate(g, widest)) is not None)
    words = ""
    if len(ranked) > 1:
        (low, least), (high, most) = ranked[0], ranked[-1]
        words = f": {RATES[widest]} {low:.1%} of {least}, {high:.1%} of {most}"
    return words + (f" ({disparity.reason.rstrip('.')})" if disparity.reason else "")


def _rate(group: Group, name: str) -> float | None:
    found: float | None = getattr(group, name)
    return known(found)


def _spread(groups: tuple[Group, ...], name: str) -> float:
    rates = [rate for group in groups if (rate := _rate(group, name)) is not None]
    return max(rates) - min(rates) if rates else 0.0
