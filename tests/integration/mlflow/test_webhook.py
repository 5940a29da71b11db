"""A running MLflow calls our webhook when a version is tagged, and signs what it sends."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from mlflow import MlflowClient

from evergreen.core.settings import settings
from evergreen.records.promotion_request import TAG
from evergreen.stack.environment import WEBHOOKS
from evergreen_airflow.ui import webhook

from .conftest import _free_port

pytestmark = pytest.mark.integration

SECRET = "of-the-webhook"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The runs that are started; there is one model."""
    (tmp_path / "hooked").mkdir()
    (tmp_path / "hooked" / "model.yaml").write_text("version: 1")
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("EVERGREEN_WEBHOOK_SECRET", SECRET)
    settings.cache_clear()
    runs: list[str] = []
    monkeypatch.setattr(webhook, "_start", lambda _config, run_id: runs.append(run_id))
    yield runs
    settings.cache_clear()


@pytest.fixture
def receiver(started: list[str]) -> Iterator[str]:
    """The URL of our application, served by the web server that Airflow uses."""
    port = _free_port()
    server = uvicorn.Server(uvicorn.Config(webhook.build(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{port}/mlflow"
    server.should_exit = True
    thread.join(30)


def test_a_tag_starts_what_serves_it_and_a_wrong_secret_nothing(server: str, receiver: str, started: list[str]) -> None:
    client = MlflowClient(server, server)
    client.create_registered_model("hooked")
    run = client.create_run("0")
    client.create_model_version("hooked", source=f"runs:/{run.info.run_id}/model", run_id=run.info.run_id)
    client.create_webhook("stranger", receiver, ["model_version_tag.set"], secret="guessed")
    client.create_webhook("evergreen", receiver, ["model_version_tag.set"], secret=SECRET)
    time.sleep(float(WEBHOOKS["MLFLOW_WEBHOOK_CACHE_TTL"]) + 1)  # a tag set before, by another test, found no webhook
    client.set_model_version_tag("hooked", "1", "colour", "green")
    client.set_model_version_tag("hooked", "1", TAG, "please")
    deadline = time.monotonic() + 60
    while not started and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # for what must not come
    assert len(started) == 1
    assert started[0].startswith("webhook__")
