"""The rule ``trusted_types``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import listed
from evergreen.records.evidence import Evidence
from evergreen.spec.circumstances import TrustedTypes
from evergreen.spec.model import ModelSpec


def trusted_types(spec: ModelSpec, policy: TrustedTypes, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """The model file must hold only types of our own list; the list inside a model file is never asked."""
    foreign = evidence.foreign_types
    found = f"types that may not be served: {listed(foreign)}" if foreign else "only types that may be served"
    return (outcome(policy, not foreign, f"The model file holds {found}.", value=len(foreign), threshold=0.0),)
