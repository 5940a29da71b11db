"""Advisories in the format of OSV, and which installed packages they name.

The format and the meaning of its ranges are those of https://ossf.github.io/osv-schema/ (1.7); versions are compared as
PEP 440 says. Only the ecosystem PyPI is read, and what was withdrawn does not count.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, Field, ValidationError

from evergreen.core.errors import InputError
from evergreen.records.evidence import Advisories, Finding

ECOSYSTEM = "PyPI"
SUMMARY_LIMIT = 200


class Event(BaseModel):
    """A version at which a range begins or ends."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class Range(BaseModel):
    """Affected versions between events. ``GIT`` ranges hold commits, which no installed package tells."""

    type: str
    events: tuple[Event, ...] = Field(min_length=1)


class Package(BaseModel):
    """Which package."""

    ecosystem: str
    name: str


class Affected(BaseModel):
    """Versions of one package."""

    package: Package | None = None
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()


class Advisory(BaseModel):
    """The fields of an OSV file that are read here."""

    id: str
    modified: datetime
    withdrawn: datetime | None = None
    aliases: tuple[str, ...] = ()
    summary: str = ""
    affected: tuple[Affected, ...] = ()


def read(folder: Path) -> tuple[Advisory, ...]:
    """The advisories below ``folder`` that name packages of PyPI and were not withdrawn, by id.

    Raises
    ------
    InputError
        The folder is missing, or a file in it is no advisory; to skip it would be to say that nothing is known.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; EVERGREEN_ADVISORIES names one of OSV files.")
    found = (_advisory(path) for path in sorted(folder.rglob("*.json")))
    return tuple(sorted((a for a in found if a is not None), key=lambda a: a.id))


def held_against(advisories: Iterable[Advisory], environment: Mapping[str, str]) -> Advisories:
    """Which of the installed packages (name to version) the advisories name."""
    installed: dict[str, str] = {canonicalize_name(name): version for name, version in environment.items()}
    known = tuple(advisories)
    found: list[Finding] = []
    for advisory in known:
        for finding in _findings(advisory, installed):
            names = {finding.id, *finding.aliases}
            # One vulnerability often has two advisories, GHSA and PYSEC, that name each other.
            if not any(f.package == finding.package and names & {f.id, *f.aliases} for f in found):
                found.append(finding)
    return Advisories(
        read=len(known),
        newest=max((a.modified for a in known), default=None),
        packages=len(installed),
        findings=tuple(found),
    )


def _advisory(path: Path) -> Advisory | None:
    data = path.read_bytes()
    if ECOSYSTEM.encode() not in data and _is_json(data):
        return None
    try:
        advisory = Advisory.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or "the file"
        raise InputError(f"{path}: is no advisory in OSV format: {where[:100]}: {fault['msg'][:200]}.") from None
    ours = any(a.package and _is_pypi(a.package) for a in advisory.affected)
    return advisory if ours and advisory.withdrawn is None else None


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _is_pypi(package: Package) -> bool:
    return package.ecosystem.partition(":")[0] == ECOSYSTEM


def _findings(advisory: Advisory, installed: Mapping[str, str]) -> Iterator[Finding]:
    for affected in advisory.affected:
        if affected.package is None or not _is_pypi(affected.package):
            continue
        name = canonicalize_name(affected.package.name)
        version = installed.get(name)
        if version is not None and affects(affected, version):
            yield Finding(
                id=advisory.id,
                aliases=tuple(sorted(advisory.aliases)),
                package=name,
                version=version,
                fixed=_fixed(affected, version),
                summary=advisory.summary[:SUMMARY_LIMIT],
            )


def affects(affected: Affected, version: str) -> bool:
    """Whether a version is affected: listed, or within a range. What cannot be compared counts as affected.

    >>> event = [Event(introduced="0"), Event(fixed="2.31.0")]
    >>> affected = Affected(ranges=[Range(type="ECOSYSTEM", events=event)])
    >>> affects(affected, "2.30.0"), affects(affected, "2.31.0")
    (True, False)
    """
    if version in affected.versions or _parsed(version) in {_parsed(v) for v in affected.versions} - {None}:
        return True
    return any(_within(r, version) for r in affected.ranges if r.type != "GIT")


def _within(found: Range, version: str) -> bool:
    """The algorithm of the OSV schema; a later event at the same version decides."""
    ours = _parsed(version)
    limits = [_parsed(e.limit) for e in found.events if e.limit not in (None, "*")]
    known = [(at, e) for e in found.events if (at := _parsed(e.introduced or e.fixed or e.last_affected)) is not None]
    if ours is None or None in limits or len(known) < sum(e.limit is None for e in found.events):
        return True
    if limits and not any(ours < limit for limit in limits if limit):
        return False
    inside = False
    for at, event in sorted(known, key=lambda pair: (pair[0], pair[1].introduced is not None)):
        if event.introduced is not None:
            inside = inside or ours >= at
        elif (event.fixed is not None and ours >= at) or (event.last_affected is not None and ours > at):
            inside = False
    return inside


def _fixed(affected: Affected, version: str) -> str | None:
    ours = _parsed(version)
    mended = [e.fixed for r in affected.ranges if r.type != "GIT" for e in r.events if e.fixed]
    later = {parsed: fixed for fixed in mended if (parsed := _parsed(fixed)) and ours and parsed > ours}
    return later[min(later)] if later else None


def _parsed(version: str | None) -> Version | None:
    try:
        return Version(version or "")
    except InvalidVersion:
        return None
