"""State: what the journal says at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from evergreen.journal.entry import NOTHING
from evergreen.records.account import Account
from evergreen.records.approval import UNASKED, Approval, ApprovalPolicy
from evergreen.records.delegation import Delegation
from evergreen.records.interval import Interval
from evergreen.records.request import RetrainRequest

Rung = Literal["challenger", "releasing", "champion", "previous"]
RUNGS: tuple[Rung, ...] = ("champion", "releasing", "challenger", "previous")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A version that passed its gates.

    Attributes
    ----------
    verdict
        Digest of the verdict that it passed.
    against
        Package of the champion that it was judged against; None where there was none.
    data
        Event times of the rows that it was fitted on.
    sequence
        The entry that put it where it stands.
    approval
        Who must be asked before it may be released, as the spec said at its verdict.
    """

    version: int
    package: str
    verdict: str
    against: str | None
    data: Interval
    sequence: int
    approval: ApprovalPolicy = UNASKED


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A freeze that nobody has lifted: who asked for it, when, why, and the entry that says so."""

    by: str
    at: datetime
    reason: str
    sequence: int


@dataclass(frozen=True, kw_only=True)
class RequestStatus:
    """A retrain request and how far it came.

    Attributes
    ----------
    opened_at
        When it was asked for.
    confirmed_by, cause
        Who has confirmed it, and with what cause; None where nobody had to, or has.
    claims
        How often it was claimed.
    sequence
        The entry that last changed it.
    """

    request: RetrainRequest
    status: Literal["unconfirmed", "open", "claimed", "closed"]
    sequence: int
    opened_at: datetime
    confirmed_by: str | None = None
    cause: str | None = None
    run_id: str | None = None
    lease_until: datetime | None = None
    claims: int = 0
    outcome: str | None = None

    @property
    def confirm_until(self) -> datetime | None:
        """When silence becomes a no; None where nobody has to confirm it."""
        confirmation = self.request.confirmation
        return None if confirmation is None else self.opened_at + confirmation.within


@dataclass(frozen=True, kw_only=True)
class State:
    """The fold of a journal up to ``sequence``.

    Attributes
    ----------
    sequence, digest
        The head: number and digest of the last entry; 0 and zeros for an empty journal.
    keys
        Idempotency keys and the entries that hold them.
    passed
        Every version that passed its gates, by package.
    approved, released
        Packages whose release was approved, with that approval; and that were released, with the digest of the verdict.
    delegations
        The newest delegation of each approver to each delegate.
    held
        The versions that ever stood on a rung.
    reigned
        Every version that ever was champion, by package: what can be rolled back to.
    accounts
        What is known of every version that was measured or judged, by package.
    frozen, freezes
        The freeze that holds now, and how many there have been.
    looked_at
        Test spans and the packages that were evaluated on them.
    """

    model: str
    sequence: int = 0
    digest: str = NOTHING
    challenger: Standing | None = None
    releasing: Standing | None = None
    champion: Standing | None = None
    previous: Standing | None = None
    requests: Mapping[str, RequestStatus] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    passed: Mapping[str, Standing] = field(default_factory=dict)
    approved: Mapping[str, Approval] = field(default_factory=dict)
    delegations: tuple[Delegation, ...] = ()
    released: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[Rung, frozenset[int]] = field(default_factory=dict)
    reigned: Mapping[str, Standing] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    frozen: Frozen | None = None
    freezes: int = 0
    looked_at: tuple[tuple[Interval, str], ...] = ()

    def on(self, rung: Rung) -> Standing | None:
        """Who stands on a rung of the ladder."""
        standings: dict[Rung, Standing | None] = {
            "challenger": self.challenger,
            "releasing": self.releasing,
            "champion": self.champion,
            "previous": self.previous,
        }
        return standings[rung]

    def rung_of(self, package: str) -> Rung | None:
        """Where a package stands; None for one that stands nowhere (any more)."""
        for rung in RUNGS:
            standing = self.on(rung)
            if standing is not None and standing.package == package:
                return rung
        return None

    def looks(self, span: Interval, package: str) -> int:
        """How many packages other than this one were evaluated on rows of ``span``; spans that overlap count."""
        overlap = {p for s, p in self.looked_at if s.start < span.end and span.start < s.end}
        return len(overlap - {package})
