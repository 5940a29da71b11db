"""A workspace in memory that the operators open."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evergreen.flows import workspace
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry


@pytest.fixture
def memory_workspace(
    small_spec: Callable[..., ModelSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """The workspace of the model ``small``, which every operator opens while the test runs."""
    store = MemoryStore()
    registry: Any = MemoryRegistry()
    ws = Workspace(spec=small_spec(), folder=tmp_path, store=store, registry=registry, journal=Journal(store, "small"))
    monkeypatch.setattr(workspace, "open_workspace", lambda _model, **_more: ws)
    return ws
