"""Policy: who must be asked about a version, by its spec and its verdict."""

from evergreen.records.approval import UNASKED, ApprovalPolicy
from evergreen.records.verdict import Judgement, Verdict
from evergreen.spec.approval import Auto, Required, RequiredIf
from evergreen.spec.model import ModelSpec


def policy_of(spec: ModelSpec, verdict: Verdict) -> ApprovalPolicy:
    """What the spec says of approval, fixed for this verdict.

    A rule that the verdict does not mention counts as one that did not pass: when in doubt, somebody is asked.
    """
    match spec.approval:
        case Auto():
            return UNASKED
        case Required() as asked:
            return _asks(asked, because="The spec asks for a person's approval.", required=True)
        case RequiredIf() as asked:
            outcomes = [o for o in verdict.outcomes if o.rule == asked.rule]
            passed = bool(outcomes) and all(o.judgement is Judgement.PASS for o in outcomes)
            did = "passed" if passed else "did not pass"
            because = f"The spec asks for a person's approval when the rule {asked.rule} does not pass; it {did}."
            return _asks(asked, because=because, required=not passed)


def _asks(asked: Required | RequiredIf, *, because: str, required: bool) -> ApprovalPolicy:
    return ApprovalPolicy(
        required=required,
        because=because,
        approvers=asked.approvers,
        timeout=asked.timeout,
        valid_for=asked.valid_for,
    )
