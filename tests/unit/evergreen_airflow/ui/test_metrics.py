"""A scrape is answered to whoever shows the token, and to nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from evergreen.core.settings import settings
from evergreen.stores.memory import MemoryStore
from evergreen_airflow.ui import metrics

pytestmark = pytest.mark.filterwarnings("ignore:Using `httpx` with `starlette.testclient`")

TOKEN = "of-the-scraper"


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr("evergreen.stores.s3.open_store", lambda _config: MemoryStore())
    settings.cache_clear()
    yield
    settings.cache_clear()


def scrape(headers: dict[str, str]) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport: Any = httpx.ASGITransport(app=metrics.build())
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow.test") as client:
            return await client.get("/metrics", headers=headers)

    return anyio.run(asked)


def test_the_token_opens_it() -> None:
    answer = scrape({"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert "# TYPE evergreen_drift_share gauge" in answer.text


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": TOKEN}, {"Authorization": "Bearer of-another"}], ids=range(3)
)
def test_nothing_else_does(headers: dict[str, str]) -> None:
    answer = scrape(headers)
    assert (answer.status_code, TOKEN in answer.text) == (401, False)


def test_without_a_token_nothing_is_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_METRICS_TOKEN")
    settings.cache_clear()
    assert scrape({"Authorization": "Bearer None"}).status_code == 404
