"""What was champion at a time: of which data, by which verdict, approved by whom."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.journal.entry import Entry, Kind
from evergreen.journal.fold import Fold
from evergreen.journal.journal import Journal
from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Reign(Record):
    """A champion, as the journal knew it ``at`` a time.

    Attributes
    ----------
    since, by, kind, entry
        When it became champion, the actor, whether by ``promotion`` or ``rollback``, and the number of that entry.
    data
        Event times of the rows that it was fitted on.
    verdict
        Digest of the verdict that it passed.
    snapshot, git_commit
        The snapshot that it was trained on, and the commit of the code.
    approved_by, reason
        The last approval of its package.
    """

    model: str
    at: datetime
    version: int
    package: str
    since: datetime
    by: str
    kind: str
    entry: int
    data: Interval
    verdict: str
    snapshot: str
    git_commit: str | None
    approved_by: str
    reason: str
    owner: str

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return "\n".join((
            f"{self.model} on {self.at:%Y-%m-%d %H:%M:%S} UTC: version {self.version}, package {self.package}",
            f"  champion since {self.since:%Y-%m-%d %H:%M:%S}, by {self.kind} (entry {self.entry}, {self.by})",
            f"  data from {self.data.start:%Y-%m-%d} until {self.data.end:%Y-%m-%d}, snapshot {self.snapshot}",
            f"  code {self.git_commit or 'of no commit'}, owner {self.owner}",
            f"  verdict {self.verdict}",
            f"  approved by {self.approved_by}: {self.reason}",
        ))  # fmt: skip


def champion_at(journal: Journal, at: datetime) -> Reign | None:
    """The champion at a time, by the entries before the first one that is later; None when there was none."""
    fold = Fold(journal.model, keys=journal.trust.keys if journal.trust else None)
    crowned: Entry | None = None
    reasons: dict[str, str] = {}
    for entry in journal.entries():
        if entry.at > at:
            break
        fold.add(entry, entry.digest)
        if entry.kind in (Kind.PROMOTION, Kind.ROLLBACK):
            crowned = entry
        elif entry.kind == Kind.APPROVAL and entry.body["approved"]:
            reasons[entry.body["package"]] = entry.body["reason"]
    state = fold.state()
    if state.champion is None or crowned is None:
        return None
    champion, account = state.champion, state.accounts[state.champion.package]
    return Reign(
        model=journal.model,
        at=at,
        version=champion.version,
        package=champion.package,
        since=crowned.at,
        by=crowned.actor,
        kind=crowned.kind,
        entry=crowned.sequence,
        data=champion.data,
        verdict=champion.verdict,
        snapshot=account.origin.snapshot,
        git_commit=account.origin.git_commit,
        approved_by=account.approved_by,
        reason=reasons.get(champion.package, ""),
        owner=account.owner,
    )
