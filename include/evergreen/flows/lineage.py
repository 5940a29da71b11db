"""Questions about where versions come from, and what depends on a piece of data."""

from dataclasses import replace
from datetime import datetime

from evergreen.core.errors import IntegrityError, NotFound, RunError
from evergreen.flows.trace import key_of
from evergreen.flows.workspace import Workspace
from evergreen.journal.entry import Kind
from evergreen.records.interval import Interval
from evergreen.records.lineage import Answered, Impact, Lineage, Service, Touched
from evergreen.stores.predictions import PredictionLog

MOST_KEYS = 20
SHORTEST_DIGEST = 12
"""Fewer digits of a digest name nothing for sure."""


def lineage(ws: Workspace, version: int) -> Lineage:
    """What a version was made of.

    Raises
    ------
    RunError
        There is no such version, or it was never packaged.
    IntegrityError
        The journal knows the version by another package, snapshot or commit than the record says.
    """
    try:
        record = Lineage.from_json(ws.store.get(key_of(ws.model, version)))
    except NotFound:
        raise RunError(
            f"{ws.model}: there is no lineage of version {version}; `evergreen versions --model {ws.model}` lists them."
        ) from None
    account = ws.journal.state().accounts.get(record.package)
    said = (record.version, record.candidate.snapshot, record.candidate.git_commit)
    known = account and (account.origin.version, account.origin.snapshot, account.origin.git_commit)
    if record.version != version or (known and known != said):
        raise IntegrityError(f"{ws.model}: {key_of(ws.model, version)} is not what the journal says of the version.")
    return record


def impact(ws: Workspace, asked: str) -> Impact:
    """Every version that a raw object or a snapshot went into, when it served, and what it answered.

    Parameters
    ----------
    asked
        A raw object's key, a folder of keys that ends with ``/``, an ETag, or at least 12 digits of the digest of a snapshot or
        a part.
    """
    name = asked.removeprefix("s3://").strip('"')
    served = _services(ws)
    versions = sorted(
        (_lineage(ws, info.key) for info in ws.store.list(f"{ws.model}/lineage/")), key=lambda v: v.version
    )
    answers = _answers(ws)
    touched = [
        replace(found, answered=answers.get(found.version))
        for record in versions
        if (found := _touched(record, name, served)) is not None
    ]
    windows = {found.answered.events for found in touched if found.answered}
    return Impact(
        model=ws.model,
        asked=asked,
        versions=tuple(touched),
        prediction_windows=tuple(sorted(windows, key=lambda w: (w.start, w.end))),
    )


def _lineage(ws: Workspace, key: str) -> Lineage:
    return Lineage.from_json(ws.store.get(key))


def _touched(record: Lineage, name: str, served: dict[str, tuple[Service, ...]]) -> Touched | None:
    whole = _is_digest(name, record.candidate.snapshot)
    used = [u for u in record.sources if _names(name, u.source.key, u.source.etag) or _is_digest(name, u.part)]
    if not whole and not used:
        return None
    return Touched(
        version=record.version,
        package=record.package,
        run_id=record.run.run_id,
        snapshot=record.candidate.snapshot,
        keys=tuple(dict.fromkeys(u.source.key for u in used))[:MOST_KEYS],
        fitted=whole or any(u.fitted for u in used),
        served=served.get(record.package, ()),
    )


def _names(name: str, key: str, etag: str) -> bool:
    """A key may be given with its bucket before it."""
    within = key.startswith(name) if name.endswith("/") else False
    return within or name == key or name.endswith(f"/{key}") or (bool(etag) and name == etag.strip('"'))


def _is_digest(name: str, digest: str) -> bool:
    return len(name) >= SHORTEST_DIGEST and digest.startswith(name)


def _answers(ws: Workspace) -> dict[int, Answered]:
    """What each version answered, from the names of the files of the log."""
    found: dict[int, Answered] = {}
    for file in (file for partition in PredictionLog(ws.store, ws.model).partitions() for file in partition.files):
        known = found.get(file.version, Answered(events=file.events, rows=0))
        start, end = min(known.events.start, file.events.start), max(known.events.end, file.events.end)
        found[file.version] = Answered(events=Interval(start=start, end=end), rows=known.rows + file.rows)
    return found


def _services(ws: Workspace) -> dict[str, tuple[Service, ...]]:
    """When each package was champion, by the journal."""
    crowned: list[tuple[str, datetime]] = [
        (entry.body["package"], entry.at)
        for entry in ws.journal.entries()
        if entry.kind in (Kind.PROMOTION, Kind.ROLLBACK)
    ]
    ends: list[datetime | None] = [at for _, at in crowned[1:]]
    found: dict[str, tuple[Service, ...]] = {}
    for (package, since), until in zip(crowned, [*ends, None], strict=False):
        found[package] = (*found.get(package, ()), Service(since=since, until=until))
    return found
