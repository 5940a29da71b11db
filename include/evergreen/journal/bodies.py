"""The bodies of entries that are no records of the flow themselves. Small: keys, digests and numbers."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.account import Origin
from evergreen.records.approval import UNASKED, ApprovalPolicy
from evergreen.records.base import Record
from evergreen.records.evaluation import Evaluation
from evergreen.records.interval import Interval
from evergreen.records.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class SnapshotTaken(Record):
    """A snapshot and whether its data was sound; ``parts`` is their number."""

    run_id: str
    snapshot: str
    as_of: datetime
    window: Interval
    rows: int
    rows_sha256: str
    parts: int
    validation: str
    passed: bool


@dataclass(frozen=True, kw_only=True)
class Evaluated(Record):
    """An evaluation, the version that it is of, and the test span that it looked at."""

    run_id: str
    origin: Origin
    span: Interval
    evaluation_digest: str
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True)
class Challenger(Record):
    """What a verdict made challenger: the refitted package of the ``gated`` one, or that one itself."""

    version: int
    package: str
    gated: str
    data: Interval
    snapshot: str
    git_commit: str | None

    @property
    def origin(self) -> Origin:
        """Where it comes from."""
        return Origin(version=self.version, snapshot=self.snapshot, git_commit=self.git_commit)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the spec says that a verdict was reached under, as far as a promotion depends on it."""

    owner: str
    sensitive: tuple[str, ...] = ()
    approval: ApprovalPolicy = UNASKED


@dataclass(frozen=True, kw_only=True)
class Judged(Record):
    """A verdict, and the challenger that came of it: None when it failed, or its refit did."""

    run_id: str
    policy: Policy
    verdict_digest: str
    verdict: Verdict
    challenger: Challenger | None


@dataclass(frozen=True, kw_only=True)
class Confirmed(Record):
    """A person has said that a request may be served, and what the cause is.

    Attributes
    ----------
    evidence
        Digest of the `Answer` that was read from Airflow.
    answered_at
        When the person answered, by Airflow's clock.
    """

    request_id: str
    confirmed_by: str
    cause: str
    evidence: str
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Claim(Record):
    """A run takes a request until ``lease_until``; ``claims`` counts the claims of that request, this one included."""

    request_id: str
    run_id: str
    lease_until: datetime
    claims: int


@dataclass(frozen=True, kw_only=True)
class Closing(Record):
    """What became of a request."""

    request_id: str
    run_id: str
    outcome: str
    detail: str
