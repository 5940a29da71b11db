"""From an Airflow connection to a database URL."""

import pytest

from evergreen.core.errors import InputError
from evergreen_airflow.hooks.connect import connect


def test_a_database_connection_gives_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://ann:secret@db:5432/flights")
    driver, _, rest = connect("warehouse").partition("://")
    assert driver.startswith("postgresql+psycopg")  # the provider takes the newest driver that is installed
    assert rest == "ann:secret@db:5432/flights"


def test_a_missing_connection_is_named_without_a_secret() -> None:
    with pytest.raises(InputError, match="'nowhere' gives no database URL"):
        connect("nowhere")


def test_a_connection_that_is_no_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MAIL", "smtp://ann:secret@mail:25")
    with pytest.raises(InputError, match="'mail' gives no database URL") as caught:
        connect("mail")
    assert "secret" not in str(caught.value)
