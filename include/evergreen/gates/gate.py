"""From an evaluation to a verdict."""

from evergreen.core.errors import SpecError
from evergreen.gates.better_than_baseline import better_than_baseline
from evergreen.gates.minimum import minimum
from evergreen.gates.not_worse_than_champion import not_worse_than_champion
from evergreen.records.evaluation import Evaluation
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.spec.metrics import metric, metrics_of
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import BetterThanBaseline, Gate, Minimum
from evergreen.spec.words import nearest


def gate(spec: ModelSpec, evaluation: Evaluation) -> Verdict:
    """Apply the rules of the spec, in their order. PASS when no blocking rule failed.

    Raises
    ------
    SpecError
        When a rule names a metric that the task does not have.
    """
    outcomes = tuple(_apply(spec, policy, evaluation) for policy in spec.gates)
    blocked = any(o.judgement is Judgement.FAIL and o.severity == "block" for o in outcomes)
    return Verdict(
        model=evaluation.model,
        judgement=Judgement.FAIL if blocked else Judgement.PASS,
        package=evaluation.package,
        champion=evaluation.champion,
        evaluation=evaluation.digest,
        outcomes=outcomes,
    )


def _apply(spec: ModelSpec, policy: Gate, evaluation: Evaluation) -> RuleOutcome:
    """From the type of a policy to its rule; mypy checks that none is missing."""
    larger_is_better = _larger_is_better(spec, policy.metric)
    if isinstance(policy, Minimum):
        return minimum(policy, evaluation)
    if isinstance(policy, BetterThanBaseline):
        return better_than_baseline(policy, evaluation, larger_is_better=larger_is_better)
    return not_worse_than_champion(policy, evaluation, larger_is_better=larger_is_better)


def _larger_is_better(spec: ModelSpec, name: str) -> bool:
    try:
        return metric(spec.task, name).larger_is_better
    except KeyError:
        known = [m.name for m in metrics_of(spec.task)]
        raise SpecError(
            f"{spec.name}: gates name {name!r}, which is no metric of a {spec.task} task: expected one of "
            f"{', '.join(known)}{nearest(name, known)}"
        ) from None
