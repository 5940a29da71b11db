"""Model folders and DAG runs for tests of what Airflow sees."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evergreen.flows import workspace
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry

# Airflow makes its home and reads its configuration when it is imported, which the tests below do.
HOME = tempfile.mkdtemp(prefix="evergreen-airflow-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ |= {
    "AIRFLOW_HOME": HOME,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__API__BASE_URL": "http://airflow.test",
}

Context = Callable[..., dict[str, Any]]
MARCH = datetime(2013, 3, 1, 6, tzinfo=UTC)


class FakeTask:
    """The part of a running task instance that the operators use."""

    dag_id, run_id, map_index = "retrain__small", "r1", -1

    def __init__(self, states: Mapping[str, str]) -> None:
        self.pushed: dict[str, Any] = {}
        self.states = states

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep what is pushed."""
        self.pushed[key] = value

    def get_task_states(self, *, dag_id: str, run_ids: list[str]) -> dict[str, dict[str, str]]:
        """What the API server would answer."""
        assert dag_id == self.dag_id
        return {run_ids[0]: dict(self.states)}


@pytest.fixture
def context(small_spec: Callable[..., ModelSpec]) -> Context:
    """Make the context of a task; keyword arguments replace what its DAG run says."""
    defaults = {name: parameter.default for name, parameter in small_spec().training.hyperparameters.items()}

    def made(
        *, states: Mapping[str, str] | None = None, params: Mapping[str, Any] | None = None, **run: Any
    ) -> dict[str, Any]:
        form = {"as_of": None, "window": None, "reason": "", "dry_run": False, **defaults}
        dag_run: dict[str, Any] = {
            "run_id": "r1",
            "run_type": "manual",
            "conf": {},
            "logical_date": None,
            "data_interval_end": None,
            "run_after": MARCH,
            "triggering_user_name": None,
        }
        return {
            "dag_run": SimpleNamespace(**(dag_run | run)),
            "params": form | dict(params or {}),
            "ti": FakeTask(states or {}),
        }

    return made


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


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is put on Airflow's page."""
    page: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **said: page.update(said)
    )
    return page
