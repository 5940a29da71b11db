"""An event counts if MLflow has signed it just now, and starts only what looks into the registry itself."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mlflow.webhooks.delivery import _generate_hmac_signature

from evergreen.core.clock import now
from evergreen.core.settings import settings
from evergreen_airflow.ui import webhook

# Airflow's API server brings Starlette's test client along, which wants a newer httpx.
pytestmark = pytest.mark.filterwarnings("ignore:Using `httpx` with `starlette.testclient`")

SECRET = "of-the-webhook"


def event(key: str = "promotion_requested", name: str = "small", entity: str = "model_version_tag") -> str:
    """What MLflow sends when a tag is set."""
    data = {"name": name, "version": "1", "key": key, "value": "please"}
    return json.dumps({"entity": entity, "action": "set", "data": data})


def headers(body: str, secret: str = SECRET, sent: float = 0.0) -> dict[str, str]:
    """MLflow's own headers for these bytes; ``sent`` seconds from now."""
    moment = str(int(now().timestamp() + sent))
    signature = _generate_hmac_signature(secret, "d-1", moment, body)
    return {"X-MLflow-Delivery-Id": "d-1", "X-MLflow-Timestamp": moment, "X-MLflow-Signature": signature}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The runs that are started; there is one model."""
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "model.yaml").write_text("version: 1")
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("EVERGREEN_WEBHOOK_SECRET", SECRET)
    settings.cache_clear()
    runs: list[str] = []
    monkeypatch.setattr(webhook, "_start", lambda _config, run_id: runs.append(run_id))
    yield runs
    settings.cache_clear()


def post(body: str, sent: dict[str, str]) -> httpx.Response:
    """Send an event."""

    async def asked() -> httpx.Response:
        transport: Any = httpx.ASGITransport(app=webhook.build())
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow.test") as client:
            return await client.post("/mlflow", content=body, headers=sent)

    return anyio.run(asked)


def test_a_signed_request_for_a_promotion_is_served_at_once(started: list[str]) -> None:
    answer = post(event(), headers(event()))
    assert (answer.status_code, answer.json()) == (202, {"started": "webhook__d-1"})
    assert started == ["webhook__d-1"]


@pytest.mark.parametrize(
    "body", [event("stage"), event(name="other"), event(entity="registered_model"), "[]", "nonsense", '{"data": 1}']
)
def test_any_other_event_starts_nothing(started: list[str], body: str) -> None:
    assert post(body, headers(body)).json() == {"started": None}
    assert started == []


# Made when they are sent: a moment of the future has come before the tests are through.
REFUSED: dict[str, Callable[[], dict[str, str]]] = {
    "unsigned": dict,
    "other secret": lambda: headers(event(), "another"),
    "other bytes": lambda: headers("another"),
    "old": lambda: headers(event(), sent=-301),
    "of the future": lambda: headers(event(), sent=400),
    "other delivery": lambda: {**headers(event()), "X-MLflow-Delivery-Id": "d-2"},
    "no id": lambda: {**headers(event()), "X-MLflow-Delivery-Id": "../x"},
    "no time": lambda: {**headers(event()), "X-MLflow-Timestamp": "soon"},
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_signed_is_refused(started: list[str], what: str) -> None:
    assert post(event(), REFUSED[what]()).status_code == 401
    assert started == []


def test_without_a_secret_there_is_no_such_page(started: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_WEBHOOK_SECRET")
    settings.cache_clear()
    assert post(event(), headers(event())).status_code == 404
    assert started == []
