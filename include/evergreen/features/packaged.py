"""A package, read back and verified: what evaluation measures and what a service loads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationError
from skops.io.exceptions import UntrustedTypesFoundException

from evergreen.core.digest import sha256
from evergreen.core.errors import IntegrityError, NotFound
from evergreen.features.frame import frame
from evergreen.features.scores import classes, scores
from evergreen.features.trusted import foreign_types, read
from evergreen.records.base import Record
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage, PackageFile
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

MANIFEST = "manifest.json"
FILES = ("environment.txt", "model.skops", "requirements.txt", "signature.json", "spec.json")
"""What a package consists of, beside its manifest."""


@dataclass(frozen=True, kw_only=True)
class Manifest(Record):
    """What a package says of itself. Its bytes' SHA-256 is the package's digest, so it covers every file.

    Attributes
    ----------
    candidate
        Key of the training.
    spec
        Digest of the spec that it was trained under; ``spec.json`` holds it.
    data
        Event times of the rows that the model was fitted on.
    """

    model: str
    version: int
    candidate: str
    spec: str
    data: Interval
    files: tuple[PackageFile, ...]

    def package(self) -> ModelPackage:
        """The record of this package."""
        digest = sha256(self.to_json())
        return ModelPackage(
            model=self.model,
            version=self.version,
            sha256=digest,
            prefix=prefix_of(self.model, digest),
            files=self.files,
            data=self.data,
        )


@dataclass(frozen=True, kw_only=True)
class PackagedModel:
    """A model that answers as the service will.

    Attributes
    ----------
    classes
        Names of the columns of `scores` for a multiclass task; empty otherwise.
    """

    package: ModelPackage
    spec: ModelSpec
    pipeline: Any
    classes: tuple[str, ...]

    def scores(self, table: pa.Table) -> npt.NDArray[np.float64]:
        """Probability of the positive class (n,), of each class (n, k), or predicted values (n,).

        Raises
        ------
        DataError
            A feature column is missing, of another type, or holds infinities.
        """
        return scores(self.spec.task, self.pipeline, frame(self.spec, table))


def prefix_of(model: str, digest: str) -> str:
    """Where a package lies in the store."""
    return f"{model}/packages/{digest}/"


def load_manifest(store: ObjectStore, model: str, digest: str) -> ModelPackage:
    """The record of the package with this digest; raises as `manifest` does."""
    return manifest(store, model, digest).package()


def manifest(store: ObjectStore, model: str, digest: str) -> Manifest:
    """What the package with this digest says of itself.

    Raises
    ------
    NotFound
        There is no such package, or its upload was never completed.
    IntegrityError
        The manifest is not the one that the digest names.
    """
    key = prefix_of(model, digest) + MANIFEST
    try:
        content = store.get(key)
    except NotFound:
        raise NotFound(f"{model}: there is no complete package {digest}; its manifest {key} is missing.") from None
    if sha256(content) != digest:
        raise IntegrityError(f"{model}: {key} has digest {sha256(content)}; it was changed after it was written.")
    return Manifest.from_json(content)


def load(store: ObjectStore, package: ModelPackage) -> PackagedModel:
    """Read a package and verify every file before any of it is used.

    Raises
    ------
    NotFound
        The manifest or a file is missing.
    IntegrityError
        A file differs from its digest, or the model holds types that are not on our list: they are named.
    """
    stored = load_manifest(store, package.model, package.sha256)
    contents = {file.path: _verified(store, stored, file) for file in stored.files}
    spec = _spec(stored, contents["spec.json"])
    pipeline = _pipeline(stored, contents["model.skops"])
    return PackagedModel(package=stored, spec=spec, pipeline=pipeline, classes=classes(spec.task, pipeline))


def content(store: ObjectStore, package: ModelPackage, path: str) -> bytes:
    """A file of a package, verified; raises ``NotFound`` for one that the package does not have."""
    for file in package.files:
        if file.path == path:
            return _verified(store, package, file)
    raise NotFound(f"{package.model}: the package {package.sha256} has no file {path!r}.")


def _verified(store: ObjectStore, package: ModelPackage, file: PackageFile) -> bytes:
    key = package.prefix + file.path
    content = store.get(key)
    if sha256(content) != file.sha256:
        raise IntegrityError(f"{package.model}: {key} has digest {sha256(content)}, the manifest says {file.sha256}.")
    return content


def _spec(package: ModelPackage, content: bytes) -> ModelSpec:
    try:
        return ModelSpec.model_validate_json(content)
    except ValidationError as error:
        raise IntegrityError(
            f"{package.model}: {package.prefix}spec.json is no spec that this release reads ({error.error_count()} errors)."
        ) from None


def _pipeline(package: ModelPackage, content: bytes) -> Any:
    where = f"{package.model}: {package.prefix}model.skops"
    try:
        return read(content)
    except UntrustedTypesFoundException as error:
        named = ", ".join(foreign_types(content)[:10]) or str(error)[:300]
        raise IntegrityError(f"{where} holds types that are not trusted: {named}.") from None
    except Exception as error:
        raise IntegrityError(f"{where} cannot be read with this release: {str(error)[:300]}") from error
