"""The prediction log against a real SeaweedFS."""

import pytest
from tests.integration.stores.conftest import Weed
from tests.unit.stores.test_prediction_log_contract import PredictionLogContract, _own_work_dir  # noqa: F401

from evergreen.stores.ports import ObjectStore
from evergreen.stores.s3 import open_store

pytestmark = pytest.mark.integration


class TestPredictionLog(PredictionLogContract):
    @pytest.fixture
    def store(self, weed: Weed) -> ObjectStore:
        return open_store(weed.settings())
