"""Verify: walk the chain of a journal and name the first entry that is wrong."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from evergreen.core.digest import canonical, sha256
from evergreen.core.errors import IntegrityError, NotFound, Refused
from evergreen.journal.anchors import Witness, witnesses
from evergreen.journal.checkpoint import folder_of as checkpoints_of
from evergreen.journal.checkpoint import newest_checkpoint, read_checkpoint
from evergreen.journal.decisions import may_promote
from evergreen.journal.entry import Entry, Kind, key_of, read_entry
from evergreen.journal.fold import Fold
from evergreen.journal.rollback import may_roll_back
from evergreen.journal.signing import Keyring
from evergreen.journal.state import State
from evergreen.journal.stored import Finding, Stored, read_first, stored
from evergreen.records.base import Record
from evergreen.records.promotion import Promotion
from evergreen.records.rollback import Rollback
from evergreen.stores.ports import Anchors, ObjectStore


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first wrong entry, and what is wrong."""

    sequence: int
    key: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verification(Record):
    """``entries`` are sound, the last of them with digest ``head``; then comes ``fault``, if any.

    Attributes
    ----------
    findings
        What else lies there that nobody of ours wrote: it was not believed, and somebody should look at it.
    since
        The entry of the checkpoint that the walk began at; 0: at the beginning.
    signatures
        Whether signatures were checked: they are where public keys are known.
    """

    model: str
    entries: int
    head: str
    fault: Fault | None
    findings: tuple[Finding, ...] = ()
    since: int = 0
    signatures: bool = False

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.fault is not None:
            return f"{self.model}: the journal is broken at entry {self.fault.sequence} ({self.fault.key}): {self.fault.reason}"
        begin = f", checked from the signed checkpoint of entry {self.since} on" if self.since else ""
        signatures = "signatures hold" if self.signatures else "signatures were not checked (EVERGREEN_PUBLIC_KEYS)"
        return (
            f"{self.model}: {self.entries} entries, each follows from the one before{begin}; {signatures}; "
            f"the head is {self.head[:12]}."
        )


def verify(
    store: ObjectStore,
    model: str,
    *,
    keys: Keyring | None = None,
    anchors: Sequence[Anchors] = (),
    since_checkpoint: bool = False,
) -> Verification:
    """Check every entry: its key, its bytes, its link to the entry before, its signature, each promotion's rules.

    With ``keys``, signatures and checkpoints are checked too; with ``anchors``, that the chain still holds every head
    that was noted there. ``since_checkpoint`` begins at the newest valid checkpoint.

    Without anchors and checkpoints, a chain that was cut at its end, or whose last entry was replaced by an unsigned
    one, still verifies: compare ``head`` with one that was noted elsewhere.
    """
    keys = keys or Keyring()
    known, strange = witnesses(anchors, model)
    walk = _Walk(store, model, keys, known, strange)
    start = newest_checkpoint(store, model, keys, strange.append) if since_checkpoint else None
    if not since_checkpoint:
        walk.read_checkpoints()
    fault = walk.run(start)
    return Verification(
        model=model,
        entries=walk.fold.sequence,
        head=walk.fold.digest,
        fault=fault,
        findings=tuple(strange),
        since=start.sequence if start else 0,
        signatures=bool(keys),
    )


class _Walk:
    """One passage through a journal."""

    def __init__(
        self, store: ObjectStore, model: str, keys: Keyring, known: list[Witness], strange: list[Finding]
    ) -> None:
        self.store, self.model, self.keys, self.strange = store, model, keys, strange
        self.known: defaultdict[int, list[Witness]] = defaultdict(list)
        for witness in known:
            self.known[witness.sequence].append(witness)
        self.fold = Fold(model, keys=keys)
        self._checkpoints: dict[int, tuple[str, State]] = {}

    def read_checkpoints(self) -> None:
        """Each valid checkpoint is a witness, and its state is compared on the way."""
        for info in self.store.list(checkpoints_of(self.model)) if self.keys else ():
            try:
                state = read_checkpoint(self.store, self.model, info.key, self.keys)
            except IntegrityError as error:
                self.strange.append(Finding(key=info.key, reason=f"a checkpoint that is not trusted: {error}"))
                continue
            if state is not None:
                self._checkpoints[state.sequence] = (info.key, state)
                witness = Witness(sequence=state.sequence, digest=state.digest, place=info.key)
                self.known[state.sequence].append(witness)

    def run(self, start: State | None) -> Fault | None:
        """Walk from the beginning, or from ``start``, to the end or to the first wrong entry."""
        if start is not None:
            self.fold = Fold(self.model, start, self.keys)
            if not self._stands(start):
                reason = "it is gone or another one, and a signed checkpoint vouches for it."
                return Fault(sequence=start.sequence, key=key_of(self.model, start.sequence), reason=reason)
        for found in stored(self.store, self.model, after=self.fold.sequence):
            expected = self.fold.sequence + 1
            try:
                self._take(found)
            except (IntegrityError, Refused, NotFound) as error:
                culprit = expected - 1 if self._attested(expected) else expected
                return Fault(sequence=culprit, key=key_of(self.model, culprit), reason=str(error))
            if (broken := self._compare()) is not None:
                return broken
        return self._missing()

    def _stands(self, start: State) -> bool:
        try:
            return sha256(read_first(self.store, self.model, start.sequence)) == start.digest
        except NotFound:
            return False

    def _take(self, found: Stored) -> None:
        if found.finding is not None:
            self.strange.append(found.finding)
        expected = self.fold.sequence + 1
        if found.key != key_of(self.model, expected):
            raise IntegrityError(f"it is missing; {found.key} lies in its place.")
        data = self.store.get_version(found.key, found.first.version)
        entry = read_entry(data, self.model, expected)
        if entry.previous == self.fold.digest:
            _require_rules(self.fold, entry)
        self.fold.add(entry, sha256(data))

    def _compare(self) -> Fault | None:
        here = self.fold.sequence
        for witness in self.known.get(here, ()):
            if witness.digest != self.fold.digest:
                reason = f"it, or one before it, is not the entry that {witness.place} vouches for."
                return Fault(sequence=here, key=key_of(self.model, here), reason=reason)
        if here in self._checkpoints and self._checkpoints[here][1] != self.fold.state():
            key, reason = self._checkpoints[here][0], "a signed checkpoint that says something else than its entries."
            self.strange.append(Finding(key=key, reason=reason))
        return None

    def _missing(self) -> Fault | None:
        last = max(self.known, default=0)
        if last <= self.fold.sequence:
            return None
        lost = self.fold.sequence + 1
        reason = f"it is missing: the chain was cut here, and {self.known[last][0].place} vouches for entry {last}."
        return Fault(sequence=lost, key=key_of(self.model, lost), reason=reason)

    def _attested(self, sequence: int) -> bool:
        """Whether the next entry vouches for this one, which does not follow from the one before: that was altered."""
        try:
            entry = read_entry(read_first(self.store, self.model, sequence), self.model, sequence)
            follower = read_entry(read_first(self.store, self.model, sequence + 1), self.model, sequence + 1)
        except (NotFound, IntegrityError):
            return False
        return entry.previous != self.fold.digest and follower.previous == entry.digest


def _require_rules(fold: Fold, entry: Entry) -> None:
    if entry.kind == Kind.PROMOTION:
        may_promote(fold.state(), Promotion.from_json(canonical(entry.body)))
    elif entry.kind == Kind.ROLLBACK:
        may_roll_back(fold.state(), Rollback.from_json(canonical(entry.body)))
