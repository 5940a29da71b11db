"""The rule ``available_features``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import listed
from evergreen.records.evidence import Evidence
from evergreen.spec.circumstances import AvailableFeatures
from evergreen.spec.model import ModelSpec


def available_features(spec: ModelSpec, policy: AvailableFeatures, evidence: Evidence) -> Outcomes:
    """The model file must ask for nothing but the features of the spec, and for none that is known only later."""
    columns, inputs = spec.columns, evidence.inputs
    late = [name for name in inputs if name in columns.known_later]
    unknown = [name for name in inputs if name not in columns.features.names and name not in late]
    parts = [f"known only after the prediction: {listed(late)}"] if late else []
    parts += [f"no features of the spec: {listed(unknown)}"] if unknown else []
    found = (
        f"columns that are {', and '.join(parts)}" if parts else f"{len(inputs)} columns, all known when it predicts"
    )
    bad = len(late) + len(unknown)
    return (outcome(policy, not bad, f"The model asks for {found}.", value=bad, threshold=0.0),)
