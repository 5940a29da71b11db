"""Heads of journals in a real MLflow."""

import pytest
from tests.unit.stores.test_anchors import AnchorsContract

from evergreen.core.errors import OutageError
from evergreen.stores.mlflow import MlflowStore
from evergreen.stores.mlflow_anchors import MlflowAnchors
from evergreen.stores.ports import Anchors

pytestmark = pytest.mark.integration


class TestMlflowAnchors(AnchorsContract):
    @pytest.fixture
    def place(self, server: str) -> Anchors:
        return MlflowAnchors(server)

    def test_noting_a_head_makes_no_version(self, place: Anchors, store: MlflowStore, model: str) -> None:
        place.note(model, "{}")
        assert store.versions(model) == ()


def test_a_server_that_is_down_is_an_outage() -> None:
    with pytest.raises(OutageError, match="does not answer when asked to read the journal's head"):
        MlflowAnchors("http://127.0.0.1:1").noted("small")
