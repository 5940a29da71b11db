"""Evidence: everything that the rules of a policy look at."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record
from evergreen.records.candidate import Candidate
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An advisory that names an installed version.

    Attributes
    ----------
    id, aliases
        ``GHSA-…``, ``PYSEC-…``, ``CVE-…``: several names of one vulnerability.
    fixed
        The nearest later version that is not affected; None where the advisory names none.
    """

    id: str
    aliases: tuple[str, ...]
    package: str
    version: str
    fixed: str | None
    summary: str


@dataclass(frozen=True, kw_only=True)
class Advisories:
    """What the supplied advisories say of the packages of an environment.

    Attributes
    ----------
    read
        Advisories on PyPI packages that were read; withdrawn ones do not count.
    newest
        When the youngest of them was last changed.
    packages
        How many packages they were held against.
    """

    read: int
    newest: datetime | None
    packages: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence(Record):
    """The records of one candidate, those of the champion, and what was read from the package.

    Attributes
    ----------
    champion, champion_candidate
        The package that serves and its training, as it serves (refitted); None without a champion, or where the training
        is not in the store any more.
    foreign_types
        Types in the model file that are not on Evergreen's allow-list.
    inputs
        Columns that the model file asks for.
    advisories
        None where no advisories are supplied, or no rule asks for them.
    """

    model: str
    evaluation: Evaluation
    candidate: Candidate
    package: ModelPackage
    snapshot: Snapshot
    split: Split
    validation: ValidationReport
    champion: ModelPackage | None
    champion_candidate: Candidate | None
    foreign_types: tuple[str, ...]
    inputs: tuple[str, ...]
    advisories: Advisories | None
