"""SQL sources, on SQLite: streamed, one part a month, errors without the URL."""

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from tests.unit.data.landing import APRIL, FEBRUARY, JANUARY, MARCH, Landing, spec_of, trips

from evergreen.core.errors import AccessDenied, DataError, EvergreenError, InputError, OutageError
from evergreen.core.settings import settings
from evergreen.data.query import open_query
from evergreen.spec.data import SqlSource
from evergreen.spec.model import ModelSpec

QUERY = "SELECT * FROM trips WHERE at >= :start AND at < :end"


def _spec(query: str = QUERY) -> ModelSpec:
    return spec_of(source={"kind": "sql", "connection": "warehouse", "query": query})


def _database(path: Path, *, order: int = 1) -> str:
    url = f"sqlite:///{path / 'warehouse.db'}"
    engine = sa.create_engine(url)
    kinds = {"trip": sa.Text, "at": sa.DateTime, "distance": sa.Integer, "carrier": sa.Text, "late": sa.Integer}
    table = sa.Table("trips", sa.MetaData(), *(sa.Column(name, kind) for name, kind in kinds.items()))
    with engine.begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        for start, end in ((JANUARY, FEBRUARY), (FEBRUARY, MARCH)):
            connection.execute(table.insert(), trips(start, end).to_pylist()[::order])
    engine.dispose()
    return url


def test_the_rows_of_a_query_are_those_of_the_same_objects(
    landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERGREEN_BATCH_ROWS", "7")
    settings.cache_clear()
    url = _database(tmp_path)
    found = landing.snapshot(MARCH, spec=_spec(), connect={"warehouse": url}.__getitem__)
    objects = Landing()
    objects.months(2)
    assert found.rows_sha256 == objects.snapshot(MARCH).rows_sha256
    source = found.parts[1].source
    assert (source.key, source.etag) == ("sql:warehouse", found.parts[1].rows_sha256)
    assert (source.interval.start, source.interval.end) == (FEBRUARY, MARCH)


def test_the_order_of_the_table_does_not_matter(landing: Landing, tmp_path: Path) -> None:
    forwards = landing.snapshot(MARCH, spec=_spec(), connect=lambda _: _database(tmp_path))
    assert landing.snapshot(MARCH, spec=_spec(), connect=lambda _: _database(tmp_path, order=-1)) == forwards


def test_months_that_did_not_change_are_stored_once(landing: Landing, tmp_path: Path) -> None:
    before = landing.snapshot(FEBRUARY, spec=_spec(), connect=lambda _: _database(tmp_path))
    after = landing.snapshot(APRIL, spec=_spec(), connect=lambda _: _database(tmp_path))
    assert after.parts[0] == before.parts[0]
    assert [part.rows for part in after.parts] == [100, 100]


def _error(landing: Landing, url: str, query: str = QUERY, as_of: datetime = MARCH) -> EvergreenError:
    with pytest.raises(EvergreenError) as caught:
        landing.snapshot(as_of, spec=_spec(query), connect=lambda _: url)
    assert landing.keys("snapshots/") == []
    return caught.value


def test_a_query_that_fails_is_told_in_the_drivers_words(landing: Landing, tmp_path: Path) -> None:
    error = _error(landing, _database(tmp_path), QUERY.replace("trips", "tripz"))
    assert isinstance(error, DataError)
    assert "connection 'warehouse'" in str(error)
    assert "no such table: tripz" in str(error)


def test_a_database_that_does_not_answer_is_an_outage(landing: Landing, tmp_path: Path) -> None:
    error = _error(landing, f"sqlite:///{tmp_path}/secret/nowhere.db")
    assert isinstance(error, OutageError)
    assert "secret" not in str(error)


def test_a_url_of_no_known_kind_is_not_repeated(landing: Landing) -> None:
    for url in ("secret", "secret://user:secret@host/db"):
        error = _error(landing, url)
        assert isinstance(error, InputError)
        assert "secret" not in str(error)


DRIVERS = ("psycopg2", "psycopg")


@contextmanager
def _refusing(state: str, words: str) -> Iterator[str]:
    """The address of a server that speaks PostgreSQL's protocol as far as to say no, once."""
    fields = b"".join(f"{kind}{text}\0".encode() for kind, text in (("S", "FATAL"), ("C", state), ("M", words))) + b"\0"

    def say_no() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(4096)
            client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
            client.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        answered = pool.submit(say_no)
        yield f"127.0.0.1:{listener.getsockname()[1]}/warehouse?sslmode=disable&gssencmode=disable"
        answered.result(10)


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("28P01", 'password authentication failed for user "secret"'),
        ("28000", 'no pg_hba.conf entry for host "127.0.0.1", user "secret", database "warehouse", no encryption'),
        ("28000", 'role "secret" does not exist'),
        ("3D000", 'database "secret" does not exist'),
        ("42501", 'permission denied for database "secret"'),
    ],
)
def test_a_login_that_is_refused_is_no_outage(landing: Landing, driver: str, state: str, words: str) -> None:
    with _refusing(state, words) as address:
        error = _error(landing, f"postgresql+{driver}://secret:secret@{address}")
    assert isinstance(error, AccessDenied)
    assert "connection 'warehouse': the database refuses the login" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(
    ("state", "words"), [("57P03", "the database system is starting up"), ("53300", "sorry, too many clients already")]
)
def test_a_server_that_is_not_ready_is_an_outage(landing: Landing, driver: str, state: str, words: str) -> None:
    with _refusing(state, words) as address:
        error = _error(landing, f"postgresql+{driver}://user:secret@{address}")
    assert isinstance(error, OutageError)
    assert words in str(error)
    assert "secret" not in str(error)


def test_a_sqlstate_says_it_in_any_language(monkeypatch: pytest.MonkeyPatch) -> None:
    source = _spec().source
    assert isinstance(source, SqlSource)

    def connect(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("la connexion a échoué") from psycopg.errors.InvalidPassword("secret")

    monkeypatch.setattr(psycopg, "connect", connect)
    with (
        pytest.raises(AccessDenied, match=r"refuses the login \(SQLSTATE 28P01\)") as caught,
        open_query(_spec(), source, "postgresql+psycopg://user:secret@127.0.0.1:1/warehouse"),
    ):
        pass
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_option_that_the_driver_does_not_know_is_not_repeated(landing: Landing, driver: str) -> None:
    error = _error(landing, f"postgresql+{driver}://user:pass@127.0.0.1:1/warehouse?secret=1")
    assert isinstance(error, InputError)
    assert "Mend the connection" in str(error)
    assert "secret" not in str(error)


def test_rows_outside_the_bounds_are_refused(landing: Landing, tmp_path: Path) -> None:
    error = _error(landing, _database(tmp_path), "SELECT * FROM trips WHERE :start < :end")
    assert "column at lies outside the interval in 100 rows" in str(error)


def test_no_row_at_all_is_refused(landing: Landing, tmp_path: Path) -> None:
    error = _error(landing, _database(tmp_path), f"{QUERY} AND 1 = 2")
    assert "no row has an event time from" in str(error)


def test_values_of_another_type_are_refused_by_column(landing: Landing, tmp_path: Path) -> None:
    query = QUERY.replace("*", "trip, at, carrier AS distance, carrier, late")
    assert "column distance holds values that cannot be read as double" in str(
        _error(landing, _database(tmp_path), query)
    )
