"""The contract of every model registry, on a real MLflow server."""

from uuid import uuid4

import pytest
from tests.integration.mlflow.test_store import LOGGED
from tests.unit.stores.test_model_registry_contract import ModelRegistryContract

from evergreen.stores.mlflow import MlflowStore

pytestmark = pytest.mark.integration


class TestMlflow(ModelRegistryContract):
    @pytest.fixture
    def registry(self, store: MlflowStore) -> MlflowStore:
        return store

    @pytest.fixture
    def model_uri(self, store: MlflowStore) -> str:
        run_id = store.start_run("contract", key=uuid4().hex, name="contract", tags={}, params={})
        return store.log_model(run_id, "contract", LOGGED)
