"""The rule ``maximum``."""

from evergreen.gates.minimum import limited
from evergreen.gates.outcome import Outcomes
from evergreen.records.evidence import Evidence
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import Maximum


def maximum(spec: ModelSpec, policy: Maximum, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """The challenger's metric must not pass a value. A metric that could not be measured fails."""
    return limited(policy, evidence, policy.at_most, larger_is_better=False)
