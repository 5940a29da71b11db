"""SQL sources on the PostgreSQL of the stack: the rows arrive, and a login that is refused is told from an outage."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.ports import reserve
from tests.unit.data.landing import FEBRUARY, MARCH, Landing, spec_of, trips

from evergreen.core.errors import AccessDenied, EvergreenError, OutageError
from evergreen.core.settings import connection_url, inherited, settings
from evergreen.stack.credentials import credentials
from evergreen.stack.environment import database
from evergreen.stack.ports import ports, settle
from evergreen.stack.state import State

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

SPEC = spec_of(
    source={
        "kind": "sql",
        "connection": "warehouse",
        "query": "SELECT * FROM trips WHERE at >= :start AND at < :end",
    }
)
VARIABLE = "AIRFLOW_CONN_WAREHOUSE"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """The URL of a PostgreSQL server of our own, with a table of trips."""
    state = State(project=Path.cwd(), path=tmp_path_factory.mktemp("state"))
    reserve(state)
    settle(state)
    url = sa.make_url(database("evergreen", credentials(state).evergreen_database, ports(state)["postgres"]))
    log = state.path / "postgres.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "evergreen.stack.postgres"],
            env=inherited() | {"EVERGREEN_STATE_DIR": str(state.path)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, url, log)
        _fill(url)
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # "fast": it does not wait for clients to leave
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], url: sa.URL, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        if "ready to accept connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.2)
    raise RuntimeError(f"PostgreSQL did not start on {url.port}: {log.read_text(errors='replace')[-2000:]}")


def _fill(url: sa.URL) -> None:
    engine = sa.create_engine(url)
    table = sa.Table(
        "trips",
        sa.MetaData(),
        sa.Column("trip", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("distance", sa.Float),
        sa.Column("carrier", sa.Text),
        sa.Column("late", sa.Integer),
    )
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), trips(FEBRUARY, MARCH).to_pylist()[::-1])
    engine.dispose()


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("EVERGREEN_BATCH_ROWS", "7")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _written(url: sa.URL, scheme: str, **changes: str | int) -> str:
    return url.set(drivername=scheme, **changes).render_as_string(hide_password=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2", "postgresql+psycopg"])
def test_the_rows_are_those_of_the_same_object(server: sa.URL, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv(VARIABLE, _written(server, scheme))
    objects = Landing()
    objects.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH))
    spec = spec_of(window={"kind": "sliding", "length": "28d"})
    expected = objects.snapshot(MARCH, spec=spec)
    found = Landing().snapshot(MARCH, spec=SPEC, connect=connection_url)
    assert found.parts[-1].rows_sha256 == expected.parts[0].rows_sha256


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2"])
@pytest.mark.parametrize("change", [{"password": "secret"}, {"username": "secret"}, {"database": "secret"}])
def test_a_login_that_is_refused_is_no_outage(
    server: sa.URL, monkeypatch: pytest.MonkeyPatch, scheme: str, change: dict[str, str]
) -> None:
    monkeypatch.setenv(VARIABLE, _written(server, scheme, **change))
    error = _error()
    assert isinstance(error, AccessDenied)
    assert "secret" not in str(error)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2"])
def test_nobody_who_listens_is_an_outage(server: sa.URL, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(VARIABLE, _written(server, scheme, port=closed.getsockname()[1]))
        error = _error()
    assert isinstance(error, OutageError)
    assert str(server.password) not in str(error)


def _error() -> EvergreenError:
    with pytest.raises(EvergreenError) as caught:
        Landing().snapshot(MARCH, spec=SPEC, connect=connection_url)
    return caught.value
