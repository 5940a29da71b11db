"""Make a version again from its record, and see whether it says the same; nothing that is stored is touched."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evergreen.core.code import code_of, sources_of
from evergreen.core.digest import sha256
from evergreen.core.errors import IntegrityError, NotFound
from evergreen.core.settings import settings
from evergreen.data.altered import altered
from evergreen.evaluation.predictions import predictions
from evergreen.features.packaged import content, load, load_manifest
from evergreen.flows.lineage import lineage
from evergreen.flows.trace import kept_code, kept_spec
from evergreen.flows.workspace import Workspace
from evergreen.packaging.package import package
from evergreen.records.candidate import Candidate
from evergreen.records.lineage import Deviation, Lineage, Predictions, Reproduction
from evergreen.records.snapshot import Snapshot
from evergreen.records.version import Version
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_tracker import MemoryTracker
from evergreen.training.provenance import ROOMS, environment
from evergreen.training.recipe import recipe
from evergreen.training.train import train

MOST_NAMED = 10


@dataclass(frozen=True)
class _Folder:
    """A model folder: as it was, or as it is."""

    spec: ModelSpec
    path: Path


def reproduce(ws: Workspace, version: int, *, present: bool = False) -> Reproduction:
    """Fit the version again, in memory, and compare the digest of its test predictions with the recorded one.

    Data, spec, code of the folder, hyperparameters and seed are those that the record names; Evergreen's own code, the
    environment and the number of threads are those of this process.

    Parameters
    ----------
    present
        Take spec and code of the model folder as they are now: would they still give the same model?

    Raises
    ------
    RunError
        There is no such version.
    """
    origin = lineage(ws, version)
    data = _snapshot(ws, origin)
    with _folder(ws, origin, present=present) as folder:
        try:
            rebuilt = _rebuilt(ws, origin, data, folder)
        except NotFound:  # a part is gone
            rebuilt = None
        deviations = tuple(_deviations(ws, origin, data, folder))
    equal = rebuilt == origin.predictions
    gone = () if equal else tuple(_data(ws, data))
    return Reproduction(
        model=ws.model,
        version=version,
        equal=equal,
        recorded=origin.predictions,
        rebuilt=rebuilt,
        deviations=(*gone, *deviations),
    )


def _snapshot(ws: Workspace, origin: Lineage) -> Snapshot:
    key = f"{ws.model}/snapshots/{origin.candidate.snapshot}.json"
    record = Snapshot.from_json(ws.store.get(key))
    if record.digest != origin.candidate.snapshot:
        raise IntegrityError(f"{key} was changed after it was written.")
    return record


@contextmanager
def _folder(ws: Workspace, origin: Lineage, *, present: bool) -> Iterator[_Folder]:
    if present:
        yield _Folder(ws.spec, ws.folder)
        return
    spec = kept_spec(ws.store, ws.model, origin.candidate.spec)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, ws.model)
        for name, source in kept_code(ws.store, ws.model, origin.model_code).items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source)
        yield _Folder(spec, home)


def _rebuilt(ws: Workspace, origin: Lineage, data: Snapshot, folder: _Folder) -> Predictions:
    """Train and package into memory: registry, journal and bucket never hear of it."""
    tracker, packages = MemoryTracker(), MemoryStore()
    made = train(
        folder.spec,
        origin.run,
        data,
        origin.split,
        ws.store,
        tracker,
        folder.path,
        fitted_on=origin.candidate.fitted_on,
    )
    number = Version(model=ws.model, key=made.key, number=origin.version, run_id=made.run_id, data=made.data)
    wrapped = package(folder.spec, made, number, packages, tracker)  # type: ignore[arg-type]  # only files are asked for
    return predictions(load(packages, wrapped), data, origin.split, ws.store)


def _deviations(ws: Workspace, origin: Lineage, data: Snapshot, folder: _Folder) -> Iterator[Deviation]:
    """Every input that is not what the record says, whether or not it made a difference."""
    was = origin.candidate
    plan = recipe(folder.spec, origin.run, data, origin.split, folder.path, was.fitted_on)
    commit = f"check out commit {was.git_commit}" if was.git_commit else "the record names no commit to check out"
    if (now := sources_of(folder.path)) != origin.model_code:
        yield Deviation(input="code of the folder", recorded=origin.model_code, now=now, advice=commit)
    if (now := code_of(*ROOMS)) != origin.evergreen_code:
        yield Deviation(input="code of Evergreen", recorded=origin.evergreen_code, now=now, advice=commit)
    if plan.environment != was.environment:
        yield Deviation(
            input="environment", recorded=was.environment, now=plan.environment, advice=_packages(ws, origin, was)
        )
    for name, before, after in (
        ("seed", was.seed, plan.seed),
        ("hyperparameters", dict(was.hyperparameters), dict(plan.hyperparameters)),
    ):
        if before != after:
            yield Deviation(input=name, recorded=str(before), now=str(after), advice="restore it in model.yaml")
    if origin.threads != plan.threads:
        advice = f"set EVERGREEN_THREADS={origin.threads}"
        yield Deviation(
            input="library threads", recorded=str(origin.threads), now=str(settings().threads), advice=advice
        )


def _data(ws: Workspace, data: Snapshot) -> Iterator[Deviation]:
    """Parts that are gone or changed; read only where predictions differ, for all of the data is read."""
    wrong = list(altered(data, ws.store))
    if not wrong:
        return
    named = ", ".join(key for key, _ in wrong[:MOST_NAMED])
    what = f"{len(wrong)} of {len(data.parts)} parts are gone or changed: {named}"
    yield Deviation(input="data", recorded=data.rows_sha256, now=what, advice="restore these objects")


def _packages(ws: Workspace, origin: Lineage, was: Candidate) -> str:
    """Which packages are of another version than in the environment that was recorded."""
    text = content(ws.store, load_manifest(ws.store, ws.model, origin.package), "environment.txt").decode()
    if sha256(text.encode()) != was.environment:
        return "install the packages of the recorded environment"
    before, after = set(text.splitlines()), set(environment().splitlines())
    missing = sorted(before - after)
    if not missing:
        return f"without {', '.join(sorted(after - before)[:MOST_NAMED])}"
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    return f"install {', '.join(missing[:MOST_NAMED])}{more}"
