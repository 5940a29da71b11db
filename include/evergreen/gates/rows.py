"""The rule ``rows``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.records.evidence import Evidence
from evergreen.records.split import Span
from evergreen.spec.circumstances import Rows
from evergreen.spec.model import ModelSpec


def rows(spec: ModelSpec, policy: Rows, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """A span must hold enough rows with a label."""
    span: Span = getattr(evidence.split, policy.span)
    sentence = f"The {policy.span} span holds {span.rows:,} rows with a label; at least {policy.at_least:,} were asked."
    passed = span.rows >= policy.at_least
    return (outcome(policy, passed, sentence, about=policy.span, value=span.rows, threshold=policy.at_least),)
