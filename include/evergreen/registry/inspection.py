"""Inspection: the packages in the object store and the model files in MLflow, held against the journal's digests.

Looked at are the versions on the ladder: they serve, or may serve next.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from evergreen.core.digest import digest_of_file, sha256
from evergreen.core.errors import IntegrityError, NotFound
from evergreen.features.packaged import load_manifest
from evergreen.journal.state import RUNGS, Rung, Standing, State
from evergreen.records.inspection import Discrepancy
from evergreen.records.package import ModelPackage
from evergreen.stores.ports import ModelRegistry, ObjectStore, RegisteredVersion


def check_package(store: ObjectStore, model: str, digest: str) -> ModelPackage:
    """The record of a package of which every byte is what its digest says.

    Raises
    ------
    NotFound
        The manifest or a file is missing.
    IntegrityError
        The manifest or a file was changed; the message names it.
    """
    package = load_manifest(store, model, digest)
    for file in package.files:
        found = sha256(store.get(package.prefix + file.path))
        if found != file.sha256:
            raise IntegrityError(
                f"{model}: {package.prefix}{file.path} has digest {found[:12]}, the manifest says {file.sha256[:12]}."
            )
    return package


def packages(state: State, store: ObjectStore) -> Iterator[Discrepancy]:
    """The packages on the ladder that are gone or changed."""
    for rung, standing in _standings(state):
        try:
            check_package(store, state.model, standing.package)
        except (NotFound, IntegrityError) as error:
            yield Discrepancy(
                model=state.model,
                matter="package",
                subject=standing.package,
                sentence=f"The package of version {standing.version} ({rung}) is not what was promoted: {error}",
                repaired=False,
            )


def model_files(state: State, store: ObjectStore, registry: ModelRegistry) -> Iterator[Discrepancy]:
    """The model files in MLflow that are not those that the packages on the ladder were made of.

    Versions that MLflow does not have, and packages that are themselves in doubt, are others' findings.
    """
    versions = {version.number: version for version in registry.versions(state.model)}
    for rung, standing in _standings(state):
        if standing.version not in versions:
            continue
        try:
            package = load_manifest(store, state.model, standing.package)
        except (NotFound, IntegrityError):
            continue
        if (what := _differs(registry, versions[standing.version], package)) is not None:
            yield Discrepancy(
                model=state.model,
                matter="model file",
                subject=f"version {standing.version}",
                sentence=f"MLflow's model of version {standing.version} ({rung}) is not the one that was packaged: {what}.",
                repaired=False,
            )


def _differs(registry: ModelRegistry, version: RegisteredVersion, package: ModelPackage) -> str | None:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        try:
            registry.download_model(version.model_uri, directory)
        except NotFound:
            return f"{version.model_uri or 'the model'} is gone"
        for file in package.files:
            path = directory / file.path
            if not path.is_file():
                return f"it has no {file.path}"
            if (found := digest_of_file(path)) != file.sha256:
                return f"{file.path} has digest {found[:12]} instead of {file.sha256[:12]}"
    return None


def _standings(state: State) -> Iterator[tuple[Rung, Standing]]:
    return ((rung, standing) for rung in RUNGS if (standing := state.on(rung)) is not None)
