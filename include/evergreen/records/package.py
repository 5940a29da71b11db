"""ModelPackage: the directory that serves, byte for byte."""

from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class PackageFile:
    """One file of a package, by its path inside it."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class ModelPackage(Record):
    """A packaged version at ``packages/<sha256>/``.

    Attributes
    ----------
    sha256
        Digest over the files' paths and digests: what an approval, a release and a promotion name.
    data
        Event times of the rows that the packaged model was fitted on.
    """

    model: str
    version: int
    sha256: str
    prefix: str
    files: tuple[PackageFile, ...]
    data: Interval
