"""Superseded: the manifest of what is left of a snapshot, and the note that it takes the old one's place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evergreen.data.snapshot import identity, rows_in
from evergreen.records.forget import Superseded
from evergreen.records.interval import Interval
from evergreen.records.snapshot import Part, Snapshot
from evergreen.stores.ports import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What is left of a part, as a part of its own."""

    key: str
    rows_sha256: str
    rows: int
    bytes: int
    events: Interval


def supersede(store: ObjectStore, snapshot: Snapshot, replaced: dict[str, Rest | None]) -> None:
    """Store the manifest of what is left, and then a note that it takes the old one's place.

    The old one stays: it names digests only, and entries of the journal name it.
    """
    parts = tuple(_successor(part, replaced) for part in snapshot.parts)
    left = tuple(part for part in parts if part is not None)
    new = replace(
        snapshot,
        parts=left,
        rows=sum(rows_in(store, snapshot.event_time, part, snapshot.window) for part in left),
        rows_sha256=identity(snapshot.window, snapshot.columns, left),
    )
    if left:
        store.put(f"{snapshot.model}/snapshots/{new.digest}.json", new.to_json())
    note = Superseded(model=snapshot.model, snapshot=snapshot.digest, by=new.digest if left else None)
    store.put(_note(snapshot.model, snapshot.digest), note.to_json())


def _successor(part: Part, replaced: dict[str, Rest | None]) -> Part | None:
    if part.key not in replaced:
        return part
    rest = replaced[part.key]
    return replace(part, **vars(rest)) if rest else None


def standing(model: str, store: ObjectStore) -> Iterator[Snapshot]:
    """The manifests that no other one has taken the place of."""
    gone = {info.key for info in store.list(_note(model, "").removesuffix(".json"))}
    for info in store.list(f"{model}/snapshots/"):
        digest = Path(info.key).stem
        if _note(model, digest) not in gone:
            yield Snapshot.from_json(store.get(info.key))


def _note(model: str, digest: str) -> str:
    return f"{model}/superseded/{digest}.json"
