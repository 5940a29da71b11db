"""The rule ``better_than_baseline``."""

from evergreen.gates.difference import compare
from evergreen.gates.outcome import Outcomes
from evergreen.records.evidence import Evidence
from evergreen.spec.metrics import metric
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import BetterThanBaseline


def better_than_baseline(spec: ModelSpec, policy: BetterThanBaseline, evidence: Evidence) -> Outcomes:
    """The whole interval of challenger minus trivial baseline must lie beyond ``by``; touching it fails."""
    larger = metric(spec.task, policy.metric).larger_is_better
    evaluation = evidence.evaluation
    return (compare(policy, evaluation, "baseline", by=policy.by, strictly=True, larger_is_better=larger),)
