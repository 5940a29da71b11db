"""The rule ``looks``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.records.evidence import Evidence
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import Looks


def looks(spec: ModelSpec, policy: Looks, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """A test span that was looked at often is no fresh evidence: somebody may have tuned until it passed."""
    found = evidence.evaluation.looks
    times = {0: "not looked at", 1: "looked at once"}.get(found, f"looked at {found} times")
    sentence = f"The test span was {times} before, by other packages; at most {policy.at_most} was asked."
    return (outcome(policy, found <= policy.at_most, sentence, value=found, threshold=policy.at_most),)
