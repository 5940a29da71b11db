"""From an evaluation to a verdict."""

from evergreen.gates.better_than_baseline import better_than_baseline
from evergreen.gates.minimum import minimum
from evergreen.gates.not_worse_than_champion import not_worse_than_champion
from evergreen.records.evaluation import Evaluation
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.spec.metrics import require_metric
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import BetterThanBaseline, Gate, Minimum


def gate(spec: ModelSpec, evaluation: Evaluation) -> Verdict:
    """Apply the rules of the spec, in their order. PASS when no blocking rule failed.

    Raises
    ------
    SpecError
        When a rule names a metric that the task does not have.
    """
    for policy in spec.gates:
        require_metric(spec.task, policy.metric)
    outcomes = tuple(_apply(policy, evaluation) for policy in spec.gates)
    blocked = any(o.judgement is Judgement.FAIL and o.severity == "block" for o in outcomes)
    return Verdict(
        model=evaluation.model,
        judgement=Judgement.FAIL if blocked else Judgement.PASS,
        package=evaluation.package,
        champion=evaluation.champion,
        evaluation=evaluation.digest,
        outcomes=outcomes,
    )


def _apply(policy: Gate, evaluation: Evaluation) -> RuleOutcome:
    """The rule of a policy's type: the spec's union and this table name the same rules, as mypy checks."""
    if isinstance(policy, Minimum):
        return minimum(policy, evaluation)
    if isinstance(policy, BetterThanBaseline):
        return better_than_baseline(policy, evaluation)
    return not_worse_than_champion(policy, evaluation)
