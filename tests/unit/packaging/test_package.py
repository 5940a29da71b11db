"""From a version to the directory that serves, and back."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from evergreen.core.errors import IntegrityError, NotFound, OutageError, RunError
from evergreen.features.frame import frame
from evergreen.features.packaged import load, load_manifest
from evergreen.features.trusted import read
from evergreen.packaging.package import package
from evergreen.records.package import ModelPackage
from evergreen.records.version import Version
from evergreen.stores.memory import MemoryStore
from evergreen.training.train import train


def doubled(values: Any) -> Any:
    return values


@dataclasses.dataclass
class Trained:
    """A world whose candidate is version 3."""

    world: Any
    candidate: Any
    version: Version

    def package(self, store: MemoryStore | None = None) -> ModelPackage:
        return package(self.world.spec, self.candidate, self.version, store or self.world.store, self.world.tracker)


@pytest.fixture
def trained(small_world: Callable[..., Any], write_recipe: Callable[..., Path]) -> Trained:
    world = small_world()
    done = train(world.spec, world.run, world.snapshot, world.split, world.store, world.tracker, write_recipe())
    version = Version(model="small", key=done.key, number=3, run_id=done.run_id, data=done.data)
    return Trained(world, done, version)


def test_what_is_loaded_answers_as_what_was_trained(trained: Trained) -> None:
    wrapped = trained.package()
    loaded = load(trained.world.store, wrapped)
    fitted = read(trained.world.tracker.models[trained.candidate.model_uri]["model.skops"])
    rows = frame(trained.world.spec, trained.world.table)
    assert np.array_equal(loaded.scores(trained.world.table), fitted.predict_proba(rows)[:, 1])
    assert loaded.spec == trained.world.spec
    assert loaded.classes == ()
    assert (loaded.package.version, loaded.package.data) == (3, trained.candidate.data)


def test_the_same_version_gives_the_same_bytes(trained: Trained) -> None:
    stores = MemoryStore(), MemoryStore()
    first, second = (trained.package(store) for store in stores)
    assert first == second
    names = [found.key for found in stores[0].list(first.prefix)]
    assert {name.removeprefix(first.prefix) for name in names} == {
        "environment.txt",
        "manifest.json",
        "model.skops",
        "requirements.txt",
        "signature.json",
        "spec.json",
    }
    assert [stores[0].get(name) for name in names] == [stores[1].get(name) for name in names]
    assert trained.package(stores[0]) == first


def test_another_version_is_another_package(trained: Trained) -> None:
    first = trained.package()
    trained.version = dataclasses.replace(trained.version, number=4)
    assert trained.package().sha256 != first.sha256


def test_the_record_is_read_back_from_the_manifest(trained: Trained) -> None:
    wrapped = trained.package()
    assert load_manifest(trained.world.store, "small", wrapped.sha256) == wrapped


@pytest.mark.parametrize(
    "name", ["model.skops", "spec.json", "signature.json", "requirements.txt", "manifest.json", "environment.txt"]
)
def test_a_changed_file_is_named(trained: Trained, name: str) -> None:
    wrapped, store = trained.package(), trained.world.store
    store.put(wrapped.prefix + name, store.get(wrapped.prefix + name) + b" ")
    with pytest.raises(IntegrityError, match=name):
        load(store, wrapped)


def test_an_upload_that_was_killed_is_no_package_and_is_taken_up_again(trained: Trained) -> None:
    class Failing(MemoryStore):
        def create(self, *_: object, **__: object) -> Any:
            raise OutageError("The store does not answer.")

    broken = Failing()
    with pytest.raises(OutageError):
        trained.package(broken)
    wrapped = trained.package()
    with pytest.raises(NotFound, match="no complete package"):
        load(broken, wrapped)
    whole = MemoryStore()
    for found in broken.list(""):
        whole.put(found.key, broken.get(found.key))
    assert trained.package(whole) == wrapped
    assert load(whole, wrapped).package == wrapped


def test_a_model_with_foreign_types_is_not_loaded(trained: Trained) -> None:
    files = trained.world.tracker.models[trained.candidate.model_uri]
    fitted = read(files["model.skops"])
    files["model.skops"] = skops.io.dumps(make_pipeline(FunctionTransformer(doubled), fitted))
    with pytest.raises(IntegrityError, match=r"not trusted: .*doubled"):
        load(trained.world.store, trained.package())


def test_a_version_of_another_candidate_is_refused(trained: Trained) -> None:
    trained.version = dataclasses.replace(trained.version, key="0" * 64)
    with pytest.raises(RunError, match="version 3 of small is not of this candidate"):
        trained.package()


def test_a_file_that_the_registry_lost_is_named(trained: Trained) -> None:
    del trained.world.tracker.models[trained.candidate.model_uri]["signature.json"]
    with pytest.raises(IntegrityError, match=r"version 3 has no file 'signature\.json'"):
        trained.package()


def test_the_manifest_says_what_it_is_of(trained: Trained) -> None:
    wrapped = trained.package()
    manifest = json.loads(trained.world.store.get(wrapped.prefix + "manifest.json"))
    assert (manifest["spec"], manifest["candidate"]) == (trained.candidate.spec, trained.candidate.key)
    assert [file["path"] for file in manifest["files"]] == [file.path for file in wrapped.files]
