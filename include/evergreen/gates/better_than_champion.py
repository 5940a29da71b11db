"""The rule ``better_than_champion``."""

from evergreen.gates.difference import compare
from evergreen.gates.outcome import Outcomes
from evergreen.records.evidence import Evidence
from evergreen.spec.metrics import metric
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import BetterThanChampion


def better_than_champion(spec: ModelSpec, policy: BetterThanChampion, evidence: Evidence) -> Outcomes:
    """The whole interval of challenger minus champion must lie beyond ``by``; touching it fails."""
    larger = metric(spec.task, policy.metric).larger_is_better
    evaluation = evidence.evaluation
    return (compare(policy, evaluation, "champion", by=policy.by, strictly=True, larger_is_better=larger),)
