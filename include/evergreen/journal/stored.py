"""Entries as they lie in the store: of each key the oldest version counts, and every other one is reported.

Under Object Lock nobody can remove the version that was written first, but a plain PUT or DELETE hides it from plain
reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from evergreen.core.errors import NotFound
from evergreen.journal.entry import folder_of, key_of
from evergreen.stores.ports import ObjectStore, ObjectVersion


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something under a journal's keys that nobody of ours wrote. Nothing trusts it."""

    key: str
    reason: str

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return f"{self.key}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One key of a journal. ``first`` is its oldest version, ``later`` are all others, deletions included."""

    first: ObjectVersion
    later: tuple[ObjectVersion, ...]

    @property
    def key(self) -> str:
        """The object's key."""
        return self.first.key

    @property
    def finding(self) -> Finding | None:
        """What was done to the object since it was written; None for nothing."""
        if not self.later:
            return None
        deleted = sum(version.deleted for version in self.later)
        reason = (
            f"it was overwritten {len(self.later) - deleted} and deleted {deleted} times; "
            f"the version of {self.first.modified:%Y-%m-%d %H:%M:%S}, which was written first, counts."
        )
        return Finding(key=self.key, reason=reason)


def stored(store: ObjectStore, model: str, *, after: int = 0) -> Iterator[Stored]:
    """What lies in the journal behind sequence number ``after``, in order of keys; below 1 all of it."""
    begin = key_of(model, after) if after > 0 else ""
    for _, versions in groupby(store.versions(folder_of(model), after=begin), key=lambda v: v.key):
        known = tuple(versions)
        if not known[0].deleted:  # else nothing is left but the note that it was deleted
            yield Stored(first=known[0], later=known[1:])


def read_first(store: ObjectStore, model: str, sequence: int) -> bytes:
    """The bytes that were first written as that entry; raises ``NotFound``."""
    key = key_of(model, sequence)
    first = next((v for v in store.versions(key) if v.key == key and not v.deleted), None)
    if first is None:
        raise NotFound(f"There is no entry {sequence} in the journal of {model} ({key}).")
    return store.get_version(key, first.version)
