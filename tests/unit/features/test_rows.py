"""Rows: the columns asked for, of one interval, in one order."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.data.landing import FEBRUARY, JANUARY, MARCH, Landing, trips

from evergreen.core.errors import DataError
from evergreen.core.settings import settings
from evergreen.features.rows import rows, scan
from evergreen.records.interval import Interval


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_rows_come_by_event_time_then_keys_however_they_were_landed() -> None:
    same_moment = pa.array([JANUARY] * 50 + [JANUARY + timedelta(days=1)] * 50, pa.timestamp("us", tz="UTC"))
    table = trips(JANUARY, FEBRUARY, at=same_moment)
    landing, expected = Landing(), table.sort_by([("at", "ascending"), ("trip", "ascending")])
    landing.land(JANUARY, FEBRUARY, table.slice(30), name="b.parquet")
    landing.land(JANUARY, FEBRUARY, table.slice(0, 30), name="a.parquet")
    taken = landing.snapshot(FEBRUARY)
    found = rows(landing.store, taken, taken.window, ["late", "trip"])
    assert found.to_pylist() == expected.select(["late", "trip"]).to_pylist()


def test_intervals_are_half_open_and_stay_within_the_window() -> None:
    landing = Landing()
    landing.months(2)
    taken = landing.snapshot(MARCH, window=timedelta(days=40))
    times = [
        at for start, end in ((JANUARY, FEBRUARY), (FEBRUARY, MARCH)) for at in trips(start, end)["at"].to_pylist()
    ]
    start, end = times[70], times[130]
    found = rows(landing.store, taken, Interval(start=start, end=end), ["at"])["at"].to_pylist()
    assert found == times[70:130]
    everything = rows(landing.store, taken, Interval(start=JANUARY, end=MARCH + timedelta(days=9)), ["at"])[
        "at"
    ].to_pylist()
    assert everything == [at for at in times if at >= MARCH - timedelta(days=40)]
    assert len(everything) == taken.rows


def test_no_row_is_a_table_with_the_columns() -> None:
    landing = Landing()
    landing.months(1)
    taken = landing.snapshot(FEBRUARY)
    found = rows(landing.store, taken, Interval(start=MARCH, end=MARCH + timedelta(days=1)), ["distance", "trip"])
    assert (found.num_rows, found.column_names, found.schema.types) == (
        0,
        ["distance", "trip"],
        [pa.float64(), pa.string()],
    )


def test_scans_of_different_columns_have_the_same_order() -> None:
    landing = Landing()
    landing.months(2)
    taken = landing.snapshot(MARCH)
    both = scan(landing.store, taken, taken.window, ["trip", "late"])
    assert scan(landing.store, taken, taken.window, ["late"])["late"].to_pylist() == both["late"].to_pylist()


def test_a_column_that_is_not_there_is_named() -> None:
    landing = Landing()
    landing.months(1)
    taken = landing.snapshot(FEBRUARY)
    with pytest.raises(DataError, match=r"has no column seats; it has trip, at"):
        rows(landing.store, taken, taken.window, ["trip", "seats"])
