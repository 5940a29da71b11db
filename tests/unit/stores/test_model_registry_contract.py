"""What every model registry must do. One body: over memory here, over a real MLflow server in tests/integration/mlflow."""

from pathlib import Path
from uuid import uuid4

import pytest

from evergreen.core.errors import NotFound
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.ports import ModelRegistry, RegisteredVersion


class ModelRegistryContract:
    """The tests; a subclass gives the fixtures ``registry`` and ``model_uri`` (a model file with an ``MLmodel``)."""

    @pytest.fixture
    def model(self) -> str:
        return f"m{uuid4().hex[:12]}"

    def _new(self, registry: ModelRegistry, model: str, uri: str, key: str) -> RegisteredVersion:
        return registry.create_version(model, run_id="", model_uri=uri, tags={"evergreen.key": key})

    def test_a_model_that_was_never_registered_is_empty(self, registry: ModelRegistry, model: str) -> None:
        assert registry.versions(model) == ()
        assert registry.aliases(model) == {}
        assert registry.find_version(model, "k") is None

    def test_versions_are_numbered_and_found_by_key(self, registry: ModelRegistry, model: str, model_uri: str) -> None:
        first, second = self._new(registry, model, model_uri, "a"), self._new(registry, model, model_uri, "b")
        assert [version.number for version in registry.versions(model)] == [first.number, second.number] == [1, 2]
        assert registry.find_version(model, "b") == second
        assert registry.find_version(model, "c") is None

    def test_of_two_versions_with_one_key_the_older_is_found(
        self, registry: ModelRegistry, model: str, model_uri: str
    ) -> None:
        first = self._new(registry, model, model_uri, "a")
        self._new(registry, model, model_uri, "a")
        assert registry.find_version(model, "a") == first

    def test_tags_are_added_and_replaced(self, registry: ModelRegistry, model: str, model_uri: str) -> None:
        self._new(registry, model, model_uri, "a")
        registry.tag_version(model, 1, {"stage": "Staging"})
        registry.tag_version(model, 1, {"stage": "Production"})
        assert registry.versions(model)[0].tags == {"evergreen.key": "a", "stage": "Production"}

    def test_models_are_found_by_a_tag_of_any_version(
        self, registry: ModelRegistry, model: str, model_uri: str
    ) -> None:
        for name in (f"{model}b", f"{model}a", f"{model}c"):
            self._new(registry, name, model_uri, "a")
            self._new(registry, name, model_uri, "b")
        for name, number, said in ((f"{model}b", 1, "please"), (f"{model}b", 2, "now"), (f"{model}a", 2, "50%")):
            registry.tag_version(name, number, {model: said})
        assert registry.tagged(model) == (f"{model}a", f"{model}b")
        assert registry.tagged(f"{model}x") == ()

    def test_an_alias_names_one_version(self, registry: ModelRegistry, model: str, model_uri: str) -> None:
        self._new(registry, model, model_uri, "a")
        self._new(registry, model, model_uri, "b")
        registry.set_alias(model, "champion", 1)
        registry.set_alias(model, "champion", 2)
        registry.set_alias(model, "previous", 1)
        assert registry.aliases(model) == {"champion": 2, "previous": 1}
        registry.delete_alias(model, "previous")
        registry.delete_alias(model, "previous")
        assert registry.aliases(model) == {"champion": 2}

    def test_what_is_missing_is_not_found(
        self, registry: ModelRegistry, model: str, model_uri: str, tmp_path: Path
    ) -> None:
        self._new(registry, model, model_uri, "a")
        with pytest.raises(NotFound):
            registry.set_alias(model, "champion", 7)
        with pytest.raises(NotFound):
            registry.tag_version(model, 7, {"stage": "Staging"})
        with pytest.raises(NotFound):
            registry.download_model("models:/m-00000000000000000000000000000000", tmp_path)
        assert registry.aliases(model) == {}

    def test_a_model_file_is_downloaded(self, registry: ModelRegistry, model_uri: str, tmp_path: Path) -> None:
        registry.download_model(model_uri, tmp_path / "model")
        assert (tmp_path / "model" / "MLmodel").is_file()

    def test_a_version_says_where_its_files_are(
        self, registry: ModelRegistry, model: str, model_uri: str, tmp_path: Path
    ) -> None:
        self._new(registry, model, model_uri, "a")
        registry.download_model(registry.versions(model)[0].model_uri, tmp_path / "model")
        assert (tmp_path / "model" / "MLmodel").is_file()


class TestMemoryRegistry(ModelRegistryContract):
    @pytest.fixture
    def model_uri(self) -> str:
        return "models:/m-1"

    @pytest.fixture
    def registry(self, model_uri: str) -> ModelRegistry:
        registry = MemoryRegistry()
        registry.files[model_uri] = {"MLmodel": b"flavors: {}"}
        return registry
