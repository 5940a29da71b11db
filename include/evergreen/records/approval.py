"""Approval: somebody, or the policy, says that a challenger may be released."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicy:
    """Who must be asked before a version may be released, fixed with the verdict on it.

    Attributes
    ----------
    required
        Whether a person must approve.
    because
        Why, or why not, in words.
    timeout
        How long a question waits; then the answer is no.
    valid_for
        How long after a person's yes the version may be released.
    """

    required: bool
    because: str
    approvers: tuple[str, ...] = ()
    timeout: timedelta = timedelta(days=7)
    valid_for: timedelta = timedelta(days=7)


UNASKED = ApprovalPolicy(required=False, because="The spec asks for nobody's approval.")


@dataclass(frozen=True, kw_only=True)
class Approval(Record):
    """An answer to one verdict.

    Attributes
    ----------
    method
        Who answered: the policy where nobody need be asked, a person, or the clock.
    approved_by
        The person's name at Airflow's login; ``policy:auto``; ``timeout``.
    on_behalf_of
        The approver whose right a delegate used; None for an approver's own answer.
    requesters
        Who asked for the retraining or for the release: none of them may approve.
    evidence
        Digest of the `Answer` that was read from Airflow; None where no person was asked.
    answered_at
        When the person answered, by Airflow's clock.
    """

    model: str
    verdict: str
    package: str
    version: int
    approved: bool
    approved_by: str
    reason: str
    method: Literal["policy", "person", "timeout"] = "policy"
    on_behalf_of: str | None = None
    requesters: tuple[str, ...] = ()
    evidence: str | None = None
    answered_at: datetime | None = None
