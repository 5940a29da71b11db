"""The rules of approvals: who may answer for a version, and how long an answer holds."""

from collections.abc import Iterable
from datetime import datetime

from evergreen.core.errors import Refused
from evergreen.records.approval import Approval, ApprovalPolicy
from evergreen.records.delegation import Delegation


def entitled(
    policy: ApprovalPolicy,
    delegations: Iterable[Delegation],
    person: str,
    requesters: Iterable[str],
    at: datetime,
) -> str | None:
    """The approver by whose right ``person`` may answer at that time; None when it is nobody's.

    Four eyes: whoever asked for the run has no say in it, and lends none to a delegate either.
    """
    asked = {name.casefold() for name in requesters}
    if person.casefold() in asked:
        return None
    if person in policy.approvers:
        return person
    lent = (d.approver for d in delegations if d.delegate == person and d.since <= at <= d.until)
    return next((name for name in lent if name in policy.approvers and name.casefold() not in asked), None)


def may_answer(no: str, policy: ApprovalPolicy, delegations: Iterable[Delegation], approval: Approval) -> None:
    """Check an answer against the policy of its verdict.

    Raises
    ------
    Refused
        When the policy asks for a person and none has said yes; when a person answered who may not, or without the
        record of Airflow that proves it.
    """
    if approval.method == "policy" and policy.required:
        raise Refused(f"{no}: {policy.because} The policy cannot answer for {', '.join(policy.approvers)}.")
    if approval.method == "timeout" and approval.approved:
        raise Refused(f"{no}: nobody answered in time, which is a no.")
    if approval.method == "person":
        if approval.evidence is None or approval.answered_at is None:
            raise Refused(f"{no}: the answer of {approval.approved_by} lacks Airflow's record of it.")
        right = entitled(policy, delegations, approval.approved_by, approval.requesters, approval.answered_at)
        if right is None:
            raise Refused(f"{no}: {approval.approved_by} may not answer: {why_not(policy, approval)}")


def may_use(
    no: str, policy: ApprovalPolicy, verdict: str, approval: Approval | None, at: datetime | None = None
) -> None:
    """Check that a version was approved as its policy asks, and, where ``at`` is given, that this holds at that time.

    Raises
    ------
    Refused
        When nobody has approved this verdict, only the policy has where a person must, or the yes has expired.
    """
    if approval is None or approval.verdict != verdict:
        raise Refused(f"{no}: nobody has approved it by verdict {verdict[:12]}.")
    if policy.required and approval.method != "person":
        raise Refused(f"{no}: {policy.because} Nobody has.")
    if policy.required and (approval.on_behalf_of or approval.approved_by) not in policy.approvers:
        raise Refused(f"{no}: {approval.approved_by} has approved it, who may not: {why_not(policy, approval)}")
    if at is not None and approval.answered_at is not None and at > approval.answered_at + policy.valid_for:
        raise Refused(
            f"{no}: the approval of {approval.approved_by} of {approval.answered_at:%Y-%m-%d %H:%M} UTC has expired. Ask again."
        )


def why_not(policy: ApprovalPolicy, approval: Approval) -> str:
    """Why a person's answer does not count, in words."""
    if approval.approved_by.casefold() in {name.casefold() for name in approval.requesters}:
        return "whoever asked for the run may not approve it (four eyes)."
    return f"the approvers are {', '.join(policy.approvers) or 'nobody'}, and none of them has lent the right."
