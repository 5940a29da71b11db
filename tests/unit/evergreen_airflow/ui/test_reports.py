"""The pages of stored reports: who sees what."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from evergreen.core.errors import OutageError
from evergreen.stores.memory import MemoryStore

# Airflow's API server brings Starlette's test client along, which wants a newer httpx.
pytestmark = pytest.mark.filterwarnings("ignore:Using `httpx` with `starlette.testclient`")

SECRET = b"not for the page"
HIDDEN = ("small/parts/x", "small/reports/../parts/x", "small/reports/runs/../../parts/x", "small/reports/..")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The store that the pages read; even keys that a path with dots would name exist in it."""
    made = MemoryStore()
    made.put("small/reports/runs/a.txt", b"PASS")
    for key in HIDDEN:
        made.put(key, SECRET)
    monkeypatch.setattr("evergreen.stores.s3.open_store", lambda _: made)
    return made


@pytest.fixture
def app() -> Any:
    """The application; nobody is logged in."""
    from evergreen_airflow.ui.reports import build

    return build()


@pytest.fixture
def readable(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The DAGs that the user may read."""
    dags = {"retrain__small"}
    manager = SimpleNamespace(
        is_authorized_dag=lambda *, method, details, user: (method, user) == ("GET", "ann") and details.id in dags
    )
    monkeypatch.setattr("evergreen_airflow.ui.reports.get_auth_manager", lambda: manager)
    return dags


class _Client:
    """Asks the application as it is mounted in Airflow, path segments sent as they are given."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def _get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow.test") as client:
            return await client.get(path)

    def get(self, path: str) -> httpx.Response:
        import anyio

        return anyio.run(self._get, path)


@pytest.fixture
def client(app: Any, store: MemoryStore, readable: set[str]) -> _Client:
    """A user who is logged in as ann."""
    from airflow.api_fastapi.core_api.security import get_user

    app.dependency_overrides[get_user] = lambda: "ann"
    return _Client(app)


def test_a_report_is_shown(client: _Client) -> None:
    shown = client.get("/reports/small/runs/a.txt")
    assert (shown.status_code, shown.content) == (200, b"PASS")
    assert shown.headers["content-security-policy"].startswith("sandbox")


def test_who_may_not_read_the_dag_sees_no_report(client: _Client, readable: set[str]) -> None:
    readable.clear()
    refused = client.get("/reports/small/runs/a.txt")
    assert refused.status_code == 403
    assert "retrain__small" in refused.text


def test_a_report_that_is_not_there_is_not_found(client: _Client) -> None:
    missing = client.get("/reports/small/runs/b.txt")
    assert missing.status_code == 404
    assert "small/reports/runs/b.txt" in missing.text


def test_a_store_that_is_down_is_said(client: _Client, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def get(key: str) -> bytes:
        raise OutageError("http://s3.test does not answer.")

    monkeypatch.setattr(store, "get", get)
    down = client.get("/reports/small/runs/a.txt")
    assert down.status_code == 503
    assert "does not answer" in down.text


@pytest.mark.parametrize(
    "path", ["..%2Fparts/x", "%2E%2E/parts/x", "runs/..%2F..%2Fparts/x", "runs/%2E%2E/%2E%2E/parts/x", ".."]
)
def test_no_path_leads_out_of_the_reports(client: _Client, path: str) -> None:
    refused = client.get(f"/reports/small/{path.replace('..', '%2E%2E')}")
    assert refused.status_code == 404
    assert SECRET not in refused.content


def test_a_visitor_without_a_login_is_asked_for_one(app: Any, store: MemoryStore, readable: set[str]) -> None:
    assert _Client(app).get("/reports/small/runs/a.txt").status_code == 401
