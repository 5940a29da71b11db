"""What all tests share: settings of hypothesis, and one running stack for the tests that ask for it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import settings as hypothesis

# The fixtures of the tests end to end and in the browser are here, so that both share one house.
from tests.house import by_hand, drop, house, land_flights, parquet, small, write_folder  # noqa: F401
from tests.ports import reserve

from evergreen.core.settings import settings
from evergreen.stack import lifecycle
from evergreen.stack.credentials import passwords
from evergreen.stack.environment import environment
from evergreen.stack.state import State

# The same examples every time and no time limit per example: a shared machine must not decide whether a test passes.
hypothesis.register_profile("evergreen", deadline=None, derandomize=True, max_examples=50)
hypothesis.load_profile("evergreen")

PROJECT = Path(__file__).resolve().parents[1]
STATES = PROJECT / ".evergreen" / "tests"


class Stack:
    """A running stack: its addresses, its variables, and Airflow's REST API with a login."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.env = environment(state)
        self.airflow_url = self.env["EVERGREEN_AIRFLOW_URL"]
        self.mlflow_url = self.env["EVERGREEN_MLFLOW_URL"]
        self.s3_endpoint = self.env["EVERGREEN_S3_ENDPOINT"]
        self.passwords = passwords(state)
        self._tokens: dict[str, str] = {}

    @property
    def shell_env(self) -> dict[str, str]:
        """The variables of the stack on top of those of this process: for programs that a test starts."""
        return os.environ | self.env

    def token(self, user: str = "admin") -> str:
        """A bearer token of this user."""
        if user not in self._tokens:
            login = {"username": user, "password": self.passwords[user]}
            answer = httpx.post(f"{self.airflow_url}/auth/token", json=login, trust_env=False, timeout=60)
            self._tokens[user] = answer.raise_for_status().json()["access_token"]
        return self._tokens[user]

    def api(self, method: str, path: str, *, user: str | None = "admin", **request: Any) -> httpx.Response:
        """Ask Airflow, ``path`` as in ``/api/v2/dags``; without a login when ``user`` is ``None``."""
        headers = {} if user is None else {"Authorization": f"Bearer {self.token(user)}"}
        url = f"{self.airflow_url}{path}"
        return httpx.request(method, url, headers=headers, trust_env=False, timeout=60, **request)


def _discard(folder: Path) -> None:
    lifecycle.down(State(project=PROJECT, path=folder))
    shutil.rmtree(folder, ignore_errors=True)


def _discard_abandoned() -> None:
    """Stop what a test run that was killed has left."""
    for folder in STATES.glob("*"):
        if folder.name.isdigit() and not psutil.pid_exists(int(folder.name)):
            _discard(folder)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before any of its processes starts a stack."""
    if not hasattr(session.config, "workerinput"):
        _discard_abandoned()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After an interrupt, for processes of xdist are not given the time to stop theirs."""
    if not hasattr(config, "workerinput"):
        _discard_abandoned()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of a folder that are given most time: beside each other, two processes end together then."""
    folders = list(dict.fromkeys(item.path.parent for item in items))
    items.sort(key=lambda item: (folders.index(item.path.parent), -_bound(item)))


def _bound(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack of this process: own state, ports and model folders, stopped at the end whatever happens.

    It starts with a copy of the project's ``models/``; what a test drops is seen by the stack of this process alone.
    """
    state = State(project=PROJECT, path=STATES / str(os.getpid()))
    models = state.path / "models"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVERGREEN_MODELS_DIR", str(models))
        settings.cache_clear()
        try:
            state.create()
            shutil.copytree(PROJECT / "models", models, ignore=shutil.ignore_patterns("__pycache__"))
            reserve(state)
            lifecycle.up(state, lambda _: None)
            yield Stack(state)
        finally:
            _discard(state.path)
    settings.cache_clear()
