"""The rule ``not_worse_than_champion``."""

from evergreen.gates.difference import compare
from evergreen.gates.outcome import Outcomes
from evergreen.records.evidence import Evidence
from evergreen.spec.metrics import metric
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import NotWorseThanChampion


def not_worse_than_champion(spec: ModelSpec, policy: NotWorseThanChampion, evidence: Evidence) -> Outcomes:
    """The whole interval of challenger minus champion must stay within ``margin`` of 0 on the worse side."""
    larger = metric(spec.task, policy.metric).larger_is_better
    evaluation = evidence.evaluation
    return (compare(policy, evaluation, "champion", by=-policy.margin, strictly=False, larger_is_better=larger),)
