"""The rule ``minimum``."""

from evergreen.gates.bound import bounded
from evergreen.gates.outcome import Outcomes, outcome
from evergreen.records.evidence import Evidence
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import Maximum, Minimum


def minimum(spec: ModelSpec, policy: Minimum, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """The challenger's metric must reach a value. A metric that could not be measured fails."""
    return limited(policy, evidence, policy.at_least, larger_is_better=True)


def limited(policy: Minimum | Maximum, evidence: Evidence, asked: float, *, larger_is_better: bool) -> Outcomes:
    """Hold the challenger's metric against a bound, from below or from above."""
    metrics = evidence.evaluation.metrics
    found = (m.estimate for m in metrics if m.name == policy.metric and m.role == "challenger")
    if (estimate := next(found, None)) is None:
        sentence = f"{policy.metric} could not be measured. {evidence.evaluation.reason}"
        return (outcome(policy, False, sentence, about=policy.metric, threshold=asked),)
    judged = bounded(
        policy,
        policy.metric,
        estimate,
        asked,
        larger_is_better=larger_is_better,
        strictly=policy.strictly,
        judged_by=policy.judged_by,
    )
    return (judged,)
