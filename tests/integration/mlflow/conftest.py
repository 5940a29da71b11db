"""A real MLflow server on a free port: SQLite, artifacts in a folder, proxied as in production."""

import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from evergreen.stack.environment import WEBHOOKS
from evergreen.stores.mlflow import MlflowStore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of its own type hints, and it is imported late, when a model is saved
    import mlflow.pyfunc  # noqa: F401

START_SECONDS = 180


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that lives as long as the session."""
    folder = tmp_path_factory.mktemp("mlflow")
    url = f"http://127.0.0.1:{_free_port()}"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*_command(folder), "--port", url.rpartition(":")[2]],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={
                **os.environ,
                **WEBHOOKS,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            },
            start_new_session=True,
        )
    try:
        _wait(process, url, folder / "server.log")
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def store(server: str) -> MlflowStore:
    return MlflowStore(server)


def _command(folder: Path) -> list[str]:
    return [
        str(Path(sys.executable).parent / "mlflow"),
        "server",
        "--host=127.0.0.1",
        "--workers=1",
        f"--backend-store-uri=sqlite:///{folder}/mlflow.db",
        f"--artifacts-destination={folder}/artifacts",
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(START_SECONDS * 2):
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{url}/health", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise RuntimeError(f"The MLflow server does not answer: {log.read_text()[-2000:]}")
