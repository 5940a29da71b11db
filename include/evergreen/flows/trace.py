"""What a version is made of, written down while it is made: its lineage, and the spec and code that it came from."""

import json
from contextlib import suppress

from evergreen.core.code import code_of, sources_of
from evergreen.core.digest import canonical, digest_of, sha256
from evergreen.core.errors import AlreadyExists, IntegrityError, NotFound
from evergreen.core.settings import settings
from evergreen.evaluation.predictions import predictions
from evergreen.features.packaged import load
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.candidate import Candidate
from evergreen.records.lineage import Lineage, Used
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.version import Version
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore
from evergreen.training.provenance import ROOMS


def key_of(model: str, version: int) -> str:
    """Where the lineage of a version lies."""
    return f"{model}/lineage/{version}.json"


def keep_folder(ws: Workspace) -> None:
    """Keep the spec and the Python files of the model folder as they are now, by their digests.

    A link that leads out of the folder is left out, as it could name any file; no training takes such a folder.
    """
    spec = ws.spec.model_dump(mode="json")
    home = ws.folder.resolve()
    own = (path for path in sorted(ws.folder.rglob("*.py")) if path.resolve().is_relative_to(home))
    files = {str(p.relative_to(ws.folder)): p.read_bytes().decode(errors="surrogateescape") for p in own}
    _create(ws.store, _spec_key(ws.model, ws.spec.digest), canonical(spec))
    _create(ws.store, _code_key(ws.model, sources_of(ws.folder)), json.dumps(files, sort_keys=True).encode())


def kept_spec(store: ObjectStore, model: str, digest: str) -> ModelSpec:
    """The spec with this digest; raises ``NotFound`` and ``IntegrityError``."""
    data = store.get(_spec_key(model, digest))
    if sha256(data) != digest:
        raise IntegrityError(f"{model}: {_spec_key(model, digest)} was changed after it was written.")
    return ModelSpec.model_validate_json(data)


def kept_code(store: ObjectStore, model: str, digest: str) -> dict[str, bytes]:
    """The Python files of the model folder with this digest, by relative path; raises ``NotFound`` and ``IntegrityError``."""
    texts: dict[str, str] = json.loads(store.get(_code_key(model, digest)))
    files = {path: text.encode(errors="surrogateescape") for path, text in texts.items()}
    if digest_of({path: sha256(content) for path, content in files.items()}) != digest:
        raise IntegrityError(f"{model}: {_code_key(model, digest)} was changed after it was written.")
    return files


def trace(ws: Workspace, ledger: Ledger, candidate: Candidate, version: Version, package: ModelPackage) -> None:
    """Write the lineage of a version, once: a version that is met again keeps the one that it has."""
    key = key_of(ws.model, version.number)
    with suppress(NotFound):
        ws.store.head(key)
        return
    data, cuts, champion = ledger.read("snapshot", Snapshot), ledger.read("split", Split), ws.journal.state().champion
    record = Lineage(
        model=ws.model,
        version=version.number,
        package=package.sha256,
        champion=champion.package if champion else None,
        run=ledger.run(),
        candidate=candidate,
        split=cuts,
        sources=_used(data, candidate),
        model_code=sources_of(ws.folder),
        evergreen_code=code_of(*ROOMS),
        threads=settings().threads,
        predictions=predictions(load(ws.store, package), data, cuts, ws.store),
    )
    _create(ws.store, key, record.to_json())


def _used(data: Snapshot, candidate: Candidate) -> tuple[Used, ...]:
    span = candidate.data
    return tuple(
        Used(
            source=part.source,
            part=part.rows_sha256,
            fitted=part.events is not None and part.events.start < span.end and span.start < part.events.end,
        )
        for part in data.parts
    )


def _create(store: ObjectStore, key: str, data: bytes) -> None:
    with suppress(AlreadyExists):
        store.create(key, data)


def _spec_key(model: str, digest: str) -> str:
    return f"{model}/specs/{digest}.json"


def _code_key(model: str, digest: str) -> str:
    return f"{model}/code/{digest}.json"
