"""The environment, read once, and never shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evergreen.core.errors import InputError
from evergreen.core.settings import connection_url, settings


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_variables_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", "/srv/models")
    monkeypatch.setenv("EVERGREEN_THREADS", "3")
    assert settings().models_dir == Path("/srv/models")
    assert settings().threads == 3
    monkeypatch.setenv("EVERGREEN_THREADS", "4")
    assert settings().threads == 3


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_THREADS", "none")
    monkeypatch.setenv("EVERGREEN_S3_SECRET_KEY", "secret-4711")
    with pytest.raises(InputError, match=r"EVERGREEN_THREADS: .*Set these variables and start again") as caught:
        settings()
    assert "4711" not in str(caught.value)


def test_connections_have_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().alerts == ()
    settings.cache_clear()
    monkeypatch.setenv("EVERGREEN_ALERTS", "ops_slack, ops_mail,")
    assert settings().alerts == ("ops_slack", "ops_mail")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_S3_SECRET_KEY", "secret-4711")
    assert "4711" not in repr(settings())
    assert "4711" not in settings().model_dump_json()


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("postgres://me:p%40ss@db:5432/trips", "postgresql://me:p%40ss@db:5432/trips"),
        ("postgresql://me:p%40ss@db/trips?sslmode=require", "postgresql://me:p%40ss@db/trips?sslmode=require"),
        ("postgresql+psycopg2://me@db/trips", "postgresql+psycopg2://me@db/trips"),
        ("mysql://me:postgres:%2F%2F@db/trips", "mysql://me:postgres:%2F%2F@db/trips"),
        ("sqlite:////srv/trips.db", "sqlite:////srv/trips.db"),
    ],
)
def test_a_connection_is_the_variable_that_airflow_reads(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", value)
    assert connection_url("warehouse") == connection_url("Warehouse") == url


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"The connection 'warehouse' is not known here: set AIRFLOW_CONN_WAREHOUSE=postgresql://"),
        (" ", "The connection 'warehouse' is not known here"),
        ('{"conn_type": "postgres", "password": "s4711", "host": "http://db"}', "holds JSON, which only Airflow reads"),
        ("s4711", "AIRFLOW_CONN_WAREHOUSE holds no URI: set AIRFLOW_CONN_WAREHOUSE=postgresql://"),
        ("me:s4711@db://x", "holds no URI"),
    ],
)
def test_a_connection_that_cannot_be_used_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str | None, message: str
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    if value is not None:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", value)
    with pytest.raises(InputError, match=message) as caught:
        connection_url("warehouse")
    assert "4711" not in str(caught.value)
