"""Lineage: everything that went into one version."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record
from evergreen.records.candidate import Candidate
from evergreen.records.interval import Interval
from evergreen.records.run import Run
from evergreen.records.snapshot import Source
from evergreen.records.split import Split


@dataclass(frozen=True, kw_only=True)
class Used:
    """A raw object, as it was read, and the part that it became.

    ``fitted``: rows of its event times were fitted on; otherwise they only tested the version.
    """

    source: Source
    part: str
    fitted: bool


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a version says of all rows of the test span: SHA-256 of the scores, in the order of the rows."""

    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Lineage(Record):
    """What a version was made of; with what it names, it can be made again.

    Attributes
    ----------
    package
        Digest of the package.
    champion
        Digest of the package that was champion when this version was made; None without one.
    model_code, evergreen_code
        Digests of the folder's Python files and of Evergreen's own sources that decide a fit.
    threads
        How many threads the libraries had.
    """

    model: str
    version: int
    package: str
    champion: str | None
    run: Run
    candidate: Candidate
    split: Split
    sources: tuple[Used, ...]
    model_code: str
    evergreen_code: str
    threads: int
    predictions: Predictions


@dataclass(frozen=True, kw_only=True)
class Service:
    """When a version was champion; ``until`` is None while it is."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a version answered, by the names of the files of the prediction log.

    Attributes
    ----------
    events
        From the first hour or day that has an answer to the end of the last.
    rows
        Answers, those of a shadow among them; one that was logged twice counts twice.
    """

    events: Interval
    rows: int


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A version that a piece of data went into.

    Attributes
    ----------
    keys
        Which of its raw objects; at most 20 are named. Empty where a snapshot was asked for.
    fitted
        Whether it was fitted on rows of these objects, or only tested on them.
    answered
        None when it answered nothing that was logged.
    """

    version: int
    package: str
    run_id: str
    snapshot: str
    keys: tuple[str, ...]
    fitted: bool
    served: tuple[Service, ...]
    answered: Answered | None = None


@dataclass(frozen=True, kw_only=True)
class Impact(Record):
    """What depends on a raw object or a snapshot.

    Attributes
    ----------
    prediction_windows
        When one of these versions answered, in order of time.
    """

    model: str
    asked: str
    versions: tuple[Touched, ...]
    prediction_windows: tuple[Interval, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """An input that is not what it was, and what to do about it."""

    input: str
    recorded: str
    now: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Reproduction(Record):
    """A version made again.

    Attributes
    ----------
    equal
        Whether it says the same of every test row, bit by bit.
    rebuilt
        None where it could not be made again; ``deviations`` say why.
    """

    model: str
    version: int
    equal: bool
    recorded: Predictions
    rebuilt: Predictions | None
    deviations: tuple[Deviation, ...]

    @property
    def sentence(self) -> str:
        """The answer in words."""
        name = f"{self.model}: version {self.version}"
        if self.equal:
            return f"{name} is reproduced: its {self.recorded.rows:,} test predictions are equal bit by bit."
        if self.rebuilt is None:
            return f"{name} cannot be made again."
        why = "; these inputs differ:" if self.deviations else ", though no input that is known differs."
        return f"{name} is not reproduced: its test predictions differ{why}"
