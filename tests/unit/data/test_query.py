"""SQL sources, on SQLite: streamed, one part a month, errors without the URL."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.data.landing import APRIL, FEBRUARY, JANUARY, MARCH, Landing, spec_of, trips

from evergreen.core.errors import DataError, EvergreenError, InputError, OutageError
from evergreen.core.settings import settings
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
