"""Forget: what was found of one person, and what its erasure touches. It holds counts and digests, never a value."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Superseded(Record):
    """A snapshot that named rows that were erased, and the one that takes its place: None when no row is left."""

    model: str
    snapshot: str
    by: str | None


@dataclass(frozen=True, kw_only=True)
class Forget(Record):
    """The order to erase the rows of one person.

    Attributes
    ----------
    request
        HMAC of columns and values, by a key that lies apart: by it a repeated request is known, and nobody by it alone.
    columns
        The columns by which the rows were found.
    at
        When the rows were looked for.
    objects, versions_erased, rows
        Raw objects, logs and labels that hold such rows; versions of objects that are erased with them; rows in the
        newest versions.
    parts, part_rows
        Parts of snapshots, and rows in them.
    unsearched
        Objects without one of the columns.
    snapshots
        Digests of the manifests that name one of the parts.
    versions
        Versions in the journal that were trained on one of the snapshots.
    """

    model: str
    request: str
    columns: tuple[str, ...]
    by: str
    reason: str
    at: datetime
    objects: int
    versions_erased: int
    rows: int
    parts: int
    part_rows: int
    unsearched: int
    snapshots: tuple[str, ...]
    versions: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """What it comes to, in words."""
        trained = ", ".join(map(str, self.versions)) or "none"
        return (
            f"{self.model}: {self.rows} rows in {self.objects} objects, {self.part_rows} rows in {self.parts} parts of "
            f"{len(self.snapshots)} snapshots, {self.versions_erased} older versions of objects; versions that are no longer "
            f"reproducible bit by bit: {trained}."
        )
