"""The rule ``freshness``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.records.evidence import Evidence
from evergreen.spec.circumstances import Freshness
from evergreen.spec.duration import format_duration
from evergreen.spec.model import ModelSpec


def freshness(spec: ModelSpec, policy: Freshness, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """The newest row of the window must not be too old at ``as_of``. Value and threshold are in seconds."""
    snapshot, most = evidence.snapshot, policy.at_most
    ends = [min(part.events.end, snapshot.window.end) for part in snapshot.parts if part.events is not None]
    if not ends:
        sentence = f"The snapshot holds no row; one of the last {format_duration(most)} was asked."
        return (outcome(policy, False, sentence, threshold=most.total_seconds()),)
    age = snapshot.as_of - max(ends)
    sentence = (
        f"The newest row is of {max(ends):%Y-%m-%d %H:%M} UTC, {age.total_seconds() / 3600:,.1f} hours before "
        f"{snapshot.as_of:%Y-%m-%d %H:%M}; at most {format_duration(most)} was asked."
    )
    return (outcome(policy, age <= most, sentence, value=age.total_seconds(), threshold=most.total_seconds()),)
