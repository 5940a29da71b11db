"""Verify: walk the chain of a journal and name the first entry that is wrong."""

from dataclasses import dataclass

from evergreen.core.digest import canonical, sha256
from evergreen.core.errors import IntegrityError, NotFound, Refused
from evergreen.journal.decisions import may_promote
from evergreen.journal.entry import Kind, folder_of, key_of, read_entry
from evergreen.journal.fold import Fold
from evergreen.records.promotion import Promotion
from evergreen.stores.ports import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first wrong entry, and what is wrong."""

    sequence: int
    key: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """``entries`` are sound, the last of them with digest ``head``; then comes ``fault``, if any."""

    model: str
    entries: int
    head: str
    fault: Fault | None

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.fault is not None:
            return f"{self.model}: the journal is broken at entry {self.fault.sequence} ({self.fault.key}): {self.fault.reason}"
        return f"{self.model}: {self.entries} entries, each follows from the one before; the head is {self.head[:12]}."


def verify(store: ObjectStore, model: str) -> Verification:
    """Check every entry: its key, its bytes, its link to the entry before, and each promotion against the rules.

    A journal that was cut at its end, or whose last entry was replaced, still verifies: compare ``head`` with one that
    was noted elsewhere.
    """
    fold, fault = Fold(model), None
    for info in store.list(folder_of(model)):
        expected = fold.sequence + 1
        try:
            _take(store, fold, info.key)
        except (IntegrityError, Refused, NotFound) as error:
            culprit = expected - 1 if _attested(store, model, expected, fold.digest) else expected
            fault = Fault(sequence=culprit, key=key_of(model, culprit), reason=str(error))
            break
    return Verification(model=model, entries=fold.sequence, head=fold.digest, fault=fault)


def _take(store: ObjectStore, fold: Fold, key: str) -> None:
    expected = fold.sequence + 1
    if key != key_of(fold.model, expected):
        raise IntegrityError(f"it is missing; {key} lies in its place.")
    data = store.get(key)
    entry = read_entry(data, fold.model, expected)
    if entry.kind == Kind.PROMOTION and entry.previous == fold.digest:
        may_promote(fold.state(), Promotion.from_json(canonical(entry.body)))
    fold.add(entry, sha256(data))


def _attested(store: ObjectStore, model: str, sequence: int, before: str) -> bool:
    """Whether the next entry vouches for this one, which does not follow from the one before: then that one was altered."""
    try:
        entry = read_entry(store.get(key_of(model, sequence)), model, sequence)
        follower = read_entry(store.get(key_of(model, sequence + 1)), model, sequence + 1)
    except (NotFound, IntegrityError):
        return False
    return entry.previous != before and follower.previous == entry.digest
