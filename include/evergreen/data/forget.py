"""Forget: find the rows of one person in the bucket, and erase them from every object and every version of it.

Each step can be repeated: what was done already is found done. New things are written before old ones are erased, and an
object gives way only to what was made of it: one that is landed at that moment is looked at again.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound, PreconditionFailed
from evergreen.data.epoch import moment
from evergreen.data.logged import LoggedFile, erase_logged, find_logged, is_logged, keys_in
from evergreen.data.parts import ROW_GROUP, part_writer, row_groups, store_once
from evergreen.data.person import Found, Person, search, without, write_without
from evergreen.data.rowdigest import RowDigest
from evergreen.data.sources import is_marker
from evergreen.data.superseded import Rest, standing, supersede
from evergreen.records.interval import Interval
from evergreen.records.snapshot import Snapshot
from evergreen.spec.data import ObjectsSource
from evergreen.spec.model import ModelSpec
from evergreen.stores.cache import drop_copy
from evergreen.stores.ports import ObjectStore, ObjectVersion

LOGS = ("predictions/", "labels/")
"""Beside raw objects and parts, what holds rows; what the logs themselves wrote is searched by what they know of a row."""
UNVERSIONED = "null"
"""What S3 calls the one version of an object in a bucket without versions."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """An object that holds rows of the person: so many in its ``newest`` version, if any, and some in ``older`` ones.

    ``etag`` is that of the bytes that were searched: of an object without versions that was sent in parts, SeaweedFS lists
    another one.
    """

    key: str
    found: Found
    newest: ObjectVersion | None
    etag: str
    older: tuple[ObjectVersion, ...]


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Everything that holds rows of the person: objects, parts with their rows, manifests that name the parts, and logs."""

    objects: tuple[Held, ...]
    logged: tuple[LoggedFile, ...]
    parts: dict[str, int]
    snapshots: tuple[Snapshot, ...]
    unsearched: int


def find(spec: ModelSpec, person: Person, store: ObjectStore, folder: Path) -> Traces:
    """Look into every version of every object of the model that holds rows; ``folder`` is scratch space.

    Raises
    ------
    DataError
        An object that cannot be read: nobody can say that the person is not in it.
    RunError
        A value that cannot be read in its column's type.
    """
    prefixes = [spec.source.prefix] if isinstance(spec.source, ObjectsSource) else []
    looked = [
        _look(spec, person, store, folder, *o) for p in (*prefixes, *LOGS) for o in _objects(store, f"{spec.name}/{p}")
    ]
    parts, keys = {}, set[str]()
    for info in store.list(f"{spec.name}/parts/"):
        if info.key.endswith(".parquet"):
            store.download(info.key, folder / "searched")
            parts[info.key] = search(person, spec, folder / "searched", info.key)
            keys |= keys_in(spec, person, folder / "searched") if parts[info.key].rows else set()
    logged, unsearched = find_logged(spec, person, store, keys)
    holding = {key: found.rows for key, found in parts.items() if found.rows}
    return Traces(
        objects=tuple(held for held, _ in looked if held is not None),
        logged=logged,
        parts=holding,
        snapshots=tuple(s for s in standing(spec.name, store) if any(part.key in holding for part in s.parts)),
        unsearched=unsearched
        + sum(not searched for _, searched in looked)
        + sum(not f.searched for f in parts.values()),
    )


def erase(spec: ModelSpec, person: Person, store: ObjectStore, folder: Path) -> None:
    """Erase what `find` finds: first from objects, so that nothing old is read anew; then parts give way to new ones.

    Logs come before parts, which tell the keys of the person's requests.
    """
    traces = find(spec, person, store, folder)
    for held in traces.objects:
        _clean(spec, person, store, held, folder)
    erase_logged(spec.name, store, traces.logged)
    times = {part.key: snapshot.event_time for snapshot in traces.snapshots for part in snapshot.parts}
    named = {key: times[key] for key in traces.parts if key in times}
    replaced = {key: _rewrite_part(spec.name, person, store, key, time, folder) for key, time in named.items()}
    for snapshot in traces.snapshots:
        supersede(store, snapshot, replaced)
    for key in traces.parts:
        store.erase(key)
        drop_copy(key)


def _objects(store: ObjectStore, prefix: str) -> Iterator[tuple[str, list[ObjectVersion]]]:
    for key, versions in groupby(store.versions(prefix), key=lambda v: v.key):
        if not is_marker(key) and not is_logged(key):
            yield key, [version for version in versions if not version.deleted]


def _look(
    spec: ModelSpec, person: Person, store: ObjectStore, folder: Path, key: str, versions: list[ObjectVersion]
) -> tuple[Held | None, bool]:
    """What one object holds, and whether its newest version could be searched."""
    path, newest, found, etag = folder / "searched", versions[-1] if versions else None, Found(rows=0, others=0), ""
    try:
        etag = store.download(key, path).etag
        if newest is None or (newest.version != UNVERSIONED and newest.etag != etag):  # landed since they were listed
            return _look(spec, person, store, folder, key, _versions(store, key))
        found = search(person, spec, path, key)
    except NotFound:  # deleted; its older versions are still there
        newest = None
    older = []
    for version in versions[:-1] if newest else versions:
        path.write_bytes(store.get_version(key, version.version))
        if search(person, spec, path, key).rows:
            older.append(version)
    if not found.rows and not older:
        return None, found.searched
    return Held(key=key, found=found, newest=newest, etag=etag, older=tuple(older)), found.searched


def _versions(store: ObjectStore, key: str) -> list[ObjectVersion]:
    return [version for version in store.versions(key) if version.key == key and not version.deleted]


def _clean(spec: ModelSpec, person: Person, store: ObjectStore, held: Held, folder: Path) -> None:
    """Erase the person from one object until nothing is found in it, whatever takes its place meanwhile."""
    holding: Held | None = held
    while holding is not None:
        with suppress(PreconditionFailed):
            _rewrite(spec, person, store, holding, folder)
        holding, _ = _look(spec, person, store, folder, held.key, _versions(store, held.key))


def _rewrite(spec: ModelSpec, person: Person, store: ObjectStore, held: Held, folder: Path) -> None:
    """Raises ``PreconditionFailed`` when the newest version is no longer that."""
    stale = list(held.older)
    if held.found.rows and held.newest is not None:
        stale.append(held.newest)
        if held.found.others:
            info = store.download(held.key, folder / "old")
            write_without(person, spec, folder / "old", held.key, folder / "new")
            store.replace(held.key, folder / "new", etag=held.etag, metadata=info.metadata)
        else:
            stale = _until(held.newest, _versions(store, held.key))  # what is older must not come back
    there = {(version.version, version.etag) for version in _versions(store, held.key)}
    for version in stale:
        if (version.version, version.etag) in there:  # without versions, the new object has taken its place
            store.erase(held.key, version=version.version)


def _until(last: ObjectVersion, versions: list[ObjectVersion]) -> list[ObjectVersion]:
    """The versions up to that one, oldest first; none that was landed behind it."""
    names = [version.version for version in versions]
    return versions[: names.index(last.version) + 1] if last.version in names else []


def _rewrite_part(
    model: str, person: Person, store: ObjectStore, key: str, event_time: str, folder: Path
) -> Rest | None:
    """Store what is left of a part; None when no row is."""
    store.download(key, folder / "old")
    digest, first, last = RowDigest(), None, None
    with pq.ParquetFile(folder / "old") as file:
        schema = file.schema_arrow
    with part_writer(folder / "new", schema) as writer:
        for group in row_groups(without(person, folder / "old"), schema):
            digest.update(group)
            writer.write_table(group, row_group_size=ROW_GROUP)
            extent = pc.min_max(group[event_time].cast(pa.int64()))
            low, high = extent["min"].as_py(), extent["max"].as_py()
            first, last = low if first is None else min(first, low), high if last is None else max(last, high)
    if first is None or last is None:
        return None
    rows = digest.hexdigest()
    new = f"{model}/parts/{rows}.parquet"
    return Rest(
        key=new,
        rows_sha256=rows,
        rows=digest.rows,
        bytes=store_once(store, new, folder / "new"),
        events=Interval(start=moment(first), end=moment(last + 1)),
    )
