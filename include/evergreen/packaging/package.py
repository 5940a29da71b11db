"""Package: from a registered version to the directory that serves.

Everything in a package comes from the files that training stored with the model, and nothing from the moment or the
machine of packaging: one version gives the same bytes, hence the same digest, whenever it is packaged. The manifest is
written last, so that an upload that was killed is never taken for a package.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

from evergreen.core.digest import digest_of_file, sha256
from evergreen.core.errors import AlreadyExists, IntegrityError, RunError
from evergreen.features.packaged import FILES, MANIFEST, Manifest, prefix_of
from evergreen.records.candidate import Candidate
from evergreen.records.package import ModelPackage, PackageFile
from evergreen.records.version import Version
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ModelRegistry, ObjectStore


def package(
    spec: ModelSpec, candidate: Candidate, version: Version, store: ObjectStore, registry: ModelRegistry
) -> ModelPackage:
    """Store the package of ``version`` at ``<model>/packages/<digest>/``; packaging again finds it there.

    Raises
    ------
    RunError
        Candidate and version do not belong together.
    IntegrityError
        The registry's model lacks a file.
    """
    if not (spec.name == candidate.model == version.model and candidate.key == version.key):
        raise RunError(
            f"{spec.name}: version {version.number} of {version.model} is not of this candidate; register it first."
        )
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        registry.download_model(candidate.model_uri, directory)
        manifest = Manifest(
            model=spec.name,
            version=version.number,
            candidate=candidate.key,
            spec=candidate.spec,
            data=candidate.data,
            files=tuple(_file(spec.name, version.number, directory, name) for name in FILES),
        )
        content = manifest.to_json()
        prefix = prefix_of(spec.name, sha256(content))
        for file in manifest.files:
            store.put(prefix + file.path, directory / file.path)
        # The key is the content's own digest: whoever was first wrote the same bytes.
        with suppress(AlreadyExists):
            store.create(prefix + MANIFEST, content)
    return manifest.package()


def _file(model: str, version: int, directory: Path, name: str) -> PackageFile:
    path = directory / name
    if not path.is_file():
        raise IntegrityError(f"{model}: version {version} has no file {name!r} in the registry; train it again.")
    return PackageFile(path=name, sha256=digest_of_file(path), bytes=path.stat().st_size)
