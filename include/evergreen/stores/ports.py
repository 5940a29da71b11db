"""What the stations ask of a store. Adapters stand beside this file; each passes one contract suite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class ObjectInfo:
    """What a store says of one object. ``etag`` is opaque: equal tags mean equal bytes."""

    key: str
    size: int
    etag: str
    modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ObjectVersion:
    """One of the versions of an object. ``deleted``: it says only that the object was deleted, and has no bytes."""

    key: str
    version: str
    etag: str
    modified: datetime
    deleted: bool = False


class ObjectStore(Protocol):
    """Objects in one bucket, by key.

    Every method raises ``OutageError`` when the store does not answer and ``AccessDenied`` when it refuses the
    credentials or the bucket is missing.
    """

    def put(self, key: str, data: bytes | Path, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:
        """Write bytes, or a file of any size, under ``key``, replacing what is there."""
        ...

    def create(
        self,
        key: str,
        data: bytes,
        *,
        metadata: Mapping[str, str] | None = None,
        retain_until: datetime | None = None,
    ) -> ObjectInfo:
        """Write ``data`` only if the key is free; of concurrent writers one wins.

        With ``retain_until``, nobody can remove this version before (Object Lock in compliance mode).

        Raises
        ------
        AlreadyExists
            Also for a writer whose first reply was lost: it must read and recognise its own object.
        StoreError
            When the version is to be retained and the bucket has no Object Lock.
        """
        ...

    def replace(
        self, key: str, data: bytes | Path, *, etag: str, metadata: Mapping[str, str] | None = None
    ) -> ObjectInfo:
        """Write bytes or a file only over the object with that ETag; raises ``PreconditionFailed`` otherwise."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes under ``key``; raises ``NotFound``."""
        ...

    def download(self, key: str, path: Path) -> ObjectInfo:
        """Write the object to ``path`` (complete or not at all); raises ``NotFound``."""
        ...

    def head(self, key: str) -> ObjectInfo:
        """What the store says of ``key``, with its metadata; raises ``NotFound``."""
        ...

    def list(self, prefix: str, *, after: str = "") -> Iterator[ObjectInfo]:
        """Objects whose key starts with ``prefix`` and sorts behind ``after``, in order of their UTF-8 keys.

        Order and ``after`` are exact only where no key has a ``/`` behind the prefix. A store that keeps folders
        (SeaweedFS) walks them one by one and lists ``a/x`` before ``a-1``, though ``-`` sorts before ``/``: below such a
        prefix sort what comes, and do not pass ``after``.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error. A bucket with versions keeps them."""
        ...

    def versions(self, prefix: str, *, after: str = "") -> Iterator[ObjectVersion]:
        """Every version under ``prefix``: by key as `list` gives them, of each the oldest first, deletions last.

        A bucket without versions has one of each object. ``after`` is as exact as that of `list`.
        """
        ...

    def get_version(self, key: str, version: str) -> bytes:
        """The bytes of one version; raises ``NotFound``."""
        ...

    def erase(self, key: str, *, version: str | None = None) -> None:
        """Remove all versions of the object, or that one; raises ``AccessDenied`` while one must be retained."""
        ...


@dataclass(frozen=True, kw_only=True)
class RegisteredVersion:
    """A version as the registry shows it. ``model_uri``: where ``download_model`` finds its files."""

    number: int
    run_id: str
    tags: Mapping[str, str]
    model_uri: str


class ModelRegistry(Protocol):
    """Versions, aliases and model files: MLflow's part. Decides nothing; the journal does.

    Every method raises ``OutageError`` when the server does not answer.
    """

    def find_version(self, model: str, key: str) -> RegisteredVersion | None:
        """The oldest version with the tag ``evergreen.key=key``."""
        ...

    def create_version(self, model: str, *, run_id: str, model_uri: str, tags: Mapping[str, str]) -> RegisteredVersion:
        """Register a model file; the caller has made sure that ``tags['evergreen.key']`` has no version yet."""
        ...

    def versions(self, model: str) -> tuple[RegisteredVersion, ...]:
        """All versions, oldest first; empty for a model that was never registered."""
        ...

    def tagged(self, tag: str) -> tuple[str, ...]:
        """The names of the models with a version that has this tag, whatever it says, in order."""
        ...

    def tag_version(self, model: str, number: int, tags: Mapping[str, str]) -> None:
        """Set tags of a version; raises ``NotFound``."""
        ...

    def aliases(self, model: str) -> dict[str, int]:
        """Aliases of the ladder (challenger, releasing, champion, previous) and the versions they name."""
        ...

    def set_alias(self, model: str, alias: str, number: int) -> None:
        """Point an alias at a version; raises ``NotFound``."""
        ...

    def delete_alias(self, model: str, alias: str) -> None:
        """Remove an alias; removing what is not there is no error."""
        ...

    def download_model(self, model_uri: str, directory: Path) -> None:
        """Write the model's files (``MLmodel``, ``model.skops``, …) into ``directory``; raises ``NotFound``."""
        ...


@dataclass(frozen=True, kw_only=True)
class LoggedDataset:
    """Data that a run used, by reference: nothing is uploaded. ``digest`` names the rows."""

    name: str
    digest: str
    uri: str
    context: Literal["training", "calibration"]
    profile: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LoggedModel:
    """A fitted pipeline on its way into the tracking server.

    Attributes
    ----------
    estimator
        The fitted scikit-learn pipeline; stored as ``model.skops``.
    example, output
        A data frame of one row and what the model answers to it: the signature.
    requirements
        Pinned packages, stored as ``requirements.txt``.
    trusted
        Types beyond the library's own defaults that the file may hold.
    files
        Further text files to lie beside the model, by name.
    """

    estimator: Any
    example: Any
    output: Any
    requirements: tuple[str, ...]
    trusted: tuple[str, ...]
    files: Mapping[str, str]


class RunTracker(Protocol):
    """The diary of trainings: MLflow's other part. Every method raises ``OutageError`` when it does not answer."""

    def find_run(self, model: str, key: str) -> str | None:
        """The id of the finished run with the tag ``evergreen.key=key``; of several, the one that finished first."""
        ...

    def run_tags(self, run_id: str) -> Mapping[str, str]:
        """The tags of a run; raises ``NotFound``."""
        ...

    def start_run(self, model: str, *, key: str, name: str, tags: Mapping[str, str], params: Mapping[str, str]) -> str:
        """Open a run and give its id. Runs of that key that never ended are marked as killed."""
        ...

    def log_datasets(self, run_id: str, datasets: tuple[LoggedDataset, ...]) -> None:
        """Note which data the run used."""
        ...

    def log_metrics(self, run_id: str, metrics: Mapping[str, float]) -> None:
        """Note numbers of the run."""
        ...

    def log_model(self, run_id: str, name: str, model: LoggedModel) -> str:
        """Store the model's files and give the URI under which ``ModelRegistry`` finds them."""
        ...

    def log_text(self, run_id: str, path: str, text: str) -> None:
        """Store a text file among the run's artifacts, replacing what is there; also after the run's end."""
        ...

    def end_run(self, run_id: str, *, finished: bool, tags: Mapping[str, str]) -> None:
        """Set the last tags, then close the run: finished, or failed."""
        ...


class Tracking(RunTracker, ModelRegistry, Protocol):
    """Both parts of MLflow in one."""


class Anchors(Protocol):
    """A place outside the bucket where heads of journals are noted, named by ``str()``; its silence is an ``OutageError``."""

    def note(self, model: str, head: str) -> None:
        """Note a head, one line of JSON."""
        ...

    def noted(self, model: str) -> tuple[str, ...]:
        """The heads that are noted of a model, the newest last; a place may keep the newest only."""
        ...
