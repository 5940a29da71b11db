"""Snapshots: the same inputs give the same digest, only what is new is stored, and bad raw data leaves nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.unit.data.landing import APRIL, FEBRUARY, JANUARY, MARCH, Landing, csv_of, parquet_of, run_at, spec_of, trips

from evergreen.core.errors import DataError, InputError, NotFound
from evergreen.core.settings import settings
from evergreen.data.snapshot import snapshot
from evergreen.records.snapshot import Snapshot
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo


def test_a_snapshot_names_its_rows_and_where_they_came_from(landing: Landing) -> None:
    landing.months(2)
    taken = landing.snapshot(MARCH)
    assert (taken.model, taken.rows, taken.as_of) == ("trips", 200, MARCH)
    assert (taken.window.start, taken.window.end) == (JANUARY, MARCH)
    assert {column.name: column.type for column in taken.columns} == {
        "trip": "string",
        "at": "timestamp[us, tz=UTC]",
        "distance": "double",
        "carrier": "string",
        "late": "int64",
    }
    first = taken.parts[0]
    assert first.source.key == "trips/raw/start=2013-01-01/end=2013-02-01/trips.parquet"
    assert (first.source.producer_run, first.source.interval.end) == ("p1", FEBRUARY)
    assert (first.rows, first.bytes) == (100, landing.store.head(first.key).size)
    assert first.events is not None
    assert (first.events.start, first.events.end > first.events.start) == (JANUARY, True)
    assert Snapshot.from_json(landing.store.get(f"trips/snapshots/{taken.digest}.json")) == taken


def test_the_same_inputs_give_the_same_snapshot_whatever_was_stored_before(landing: Landing) -> None:
    landing.months(2)
    again, other = landing.snapshot(MARCH), Landing()
    other.months(2)
    assert landing.snapshot(MARCH) == again == other.snapshot(MARCH)


@pytest.mark.parametrize("batch_rows", [1, 7, 1_000_000])
@pytest.mark.parametrize("parquet", [{"row_group_size": 3}, {"compression": "gzip"}, {"use_dictionary": False}])
def test_the_rows_digest_ignores_encoding_row_groups_and_batches(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, batch_rows: int, parquet: dict[str, Any]
) -> None:
    landing.months(1)
    expected = landing.snapshot(FEBRUARY)
    monkeypatch.setenv("EVERGREEN_BATCH_ROWS", str(batch_rows))
    settings.cache_clear()
    other = Landing()
    other.land(JANUARY, FEBRUARY, trips(JANUARY, FEBRUARY), **parquet)
    found = other.snapshot(FEBRUARY)
    assert found.rows_sha256 == expected.rows_sha256
    assert found.parts[0].key == expected.parts[0].key


@pytest.mark.parametrize(
    "change",
    [
        {"distance": pa.array([0.5] * 100)},
        {"late": pa.array([None] * 100, pa.int64())},
        {"carrier": pa.array(["", *["AA"] * 99])},
        {"extra": pa.array([1] * 100)},
    ],
)
def test_other_values_are_other_rows(landing: Landing, change: dict[str, Any]) -> None:
    landing.months(1)
    other = Landing()
    other.months(1, **change)
    assert landing.snapshot(FEBRUARY).rows_sha256 != other.snapshot(FEBRUARY).rows_sha256


class _Counting(MemoryStore):
    """Counts what is downloaded and written."""

    def __init__(self) -> None:
        super().__init__()
        self.downloaded: list[str] = []
        self.written: list[str] = []

    def download(self, key: str, path: Path) -> ObjectInfo:
        self.downloaded.append(key)
        return super().download(key, path)

    def put(self, key: str, data: bytes | Path, **options: Any) -> ObjectInfo:
        self.written.append(key)
        return super().put(key, data, **options)


def test_a_window_that_grows_reads_and_stores_only_what_is_new(landing: Landing) -> None:
    landing.store = store = _Counting()
    landing.months(3)
    before = landing.snapshot(MARCH)
    store.downloaded.clear()
    store.written.clear()
    after = landing.snapshot(APRIL)
    assert after.parts[:2] == before.parts
    assert store.downloaded == ["trips/raw/start=2013-03-01/end=2013-04-01/trips.parquet"]
    assert [key for key in store.written if key.endswith(".parquet")] == [after.parts[2].key]


def test_an_object_landed_anew_replaces_its_part_and_no_other(landing: Landing) -> None:
    landing.months(2)
    before = landing.snapshot(MARCH)
    landing.land(JANUARY, FEBRUARY, trips(JANUARY, FEBRUARY, rows=50))
    after = landing.snapshot(MARCH)
    assert after.parts[0] != before.parts[0]
    assert after.parts[1] == before.parts[1]
    assert after.rows == 150


def test_a_part_that_is_gone_is_made_again(landing: Landing) -> None:
    landing.months(1)
    taken = landing.snapshot(FEBRUARY)
    landing.store.delete(taken.parts[0].key)
    assert landing.snapshot(FEBRUARY) == taken
    assert landing.keys("parts/")[0] == taken.parts[0].key


def test_a_sliding_window_cuts_parts_and_counts_the_rows_within(landing: Landing) -> None:
    landing.months(2)
    taken = landing.snapshot(MARCH, window=timedelta(days=30))
    times = pa.concat_tables([trips(JANUARY, FEBRUARY), trips(FEBRUARY, MARCH)])["at"]
    expected = pc.sum(pc.greater_equal(times, MARCH - timedelta(days=30))).as_py()
    assert (taken.rows, len(taken.parts)) == (expected, 2)
    assert 100 < expected < 200


def test_parts_without_a_row_in_the_window_are_left_out(landing: Landing) -> None:
    landing.land(JANUARY, FEBRUARY, trips(JANUARY, JANUARY + timedelta(days=2)))
    landing.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH))
    taken = landing.snapshot(MARCH, window=timedelta(days=40))
    assert [part.source.interval.start for part in taken.parts] == [FEBRUARY]


def test_times_without_a_zone_are_of_utc_and_others_are_converted(landing: Landing) -> None:
    utc = trips(JANUARY, FEBRUARY)
    landing.land(JANUARY, FEBRUARY, utc)
    expected = landing.snapshot(FEBRUARY).rows_sha256
    for kind in (pa.timestamp("ns"), pa.timestamp("us", tz="America/New_York")):
        other = Landing()
        other.land(JANUARY, FEBRUARY, utc.set_column(1, "at", utc["at"].cast(kind)))
        assert other.snapshot(FEBRUARY).rows_sha256 == expected


def test_encodings_of_the_producer_do_not_show(landing: Landing) -> None:
    plain = trips(JANUARY, FEBRUARY)
    landing.land(JANUARY, FEBRUARY, plain)
    other = Landing()
    carrier = plain["carrier"].dictionary_encode()
    other.land(
        JANUARY,
        FEBRUARY,
        plain.set_column(3, "carrier", carrier).set_column(0, "trip", plain["trip"].cast(pa.large_string())),
    )
    assert other.snapshot(FEBRUARY).rows_sha256 == landing.snapshot(FEBRUARY).rows_sha256


def test_nan_is_null(landing: Landing) -> None:
    landing.months(1, distance=pa.array([None] * 100, pa.float64()))
    other = Landing()
    other.months(1, distance=pa.array([np.nan] * 100))
    assert other.snapshot(FEBRUARY).rows_sha256 == landing.snapshot(FEBRUARY).rows_sha256


def test_csv_gives_the_rows_that_parquet_gives(landing: Landing) -> None:
    table = trips(JANUARY, FEBRUARY, distance=pa.array([None, *range(99)], pa.float64()))
    landing.land(JANUARY, FEBRUARY, table)
    other, spec = Landing(), spec_of(source={"kind": "objects", "format": "csv"})
    other.land(JANUARY, FEBRUARY, csv_of(table), name="trips.csv")
    assert other.snapshot(FEBRUARY, spec=spec).rows_sha256 == landing.snapshot(FEBRUARY).rows_sha256


def _refusal(landing: Landing, **options: Any) -> str:
    """The message, after which neither a manifest nor a part of the bad object is in the store."""
    before = landing.keys("parts/")
    with pytest.raises(DataError) as caught:
        landing.snapshot(FEBRUARY, **options)
    assert landing.keys("snapshots/") == []
    assert landing.keys("parts/") == before
    return str(caught.value)


def test_a_truncated_file_is_named_with_its_size(landing: Landing) -> None:
    whole = parquet_of(trips(JANUARY, FEBRUARY))
    key = landing.land(JANUARY, FEBRUARY, whole[:-100])
    message = _refusal(landing)
    assert key in message
    assert f"{len(whole) - 100} bytes" in message


def test_a_file_broken_in_the_middle_is_named(landing: Landing) -> None:
    whole = bytearray(parquet_of(trips(JANUARY, FEBRUARY), compression="zstd", use_dictionary=False))
    whole[4:400] = bytes(396)
    key = landing.land(JANUARY, FEBRUARY, bytes(whole))
    assert f"{key} ({len(whole)} bytes) cannot be read as Parquet" in _refusal(landing)


Change = Callable[[pa.Table], pa.Table]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.slice(0, 0), "holds no row"),
        (lambda t: t.drop_columns(["distance", "late"]), "lacks 2 columns that model.yaml names: distance, late"),
        (lambda t: t.set_column(2, "distance", t["carrier"]), "distance is string, not a number"),
        (lambda t: t.set_column(1, "at", t["trip"]), "at is string, not a timestamp"),
        (lambda t: t.set_column(4, "late", t["carrier"]), "late is string, not a number"),
        (lambda t: t.set_column(3, "carrier", pa.nulls(100)), "column carrier has the type null"),
        (lambda t: t.append_column("tags", pa.array([["a"]] * 100)), "column tags has the type list"),
        (lambda t: t.append_column("late", t["late"]), "more than one column named late"),
        (lambda t: t.set_column(0, "trip", pa.array([None] * 3 + ["x"] * 97)), "column trip is null in 3 rows"),
        (lambda t: t.set_column(1, "at", pa.array([None, *t["at"].to_pylist()[1:]])), "column at is null in 1 row"),
        (
            lambda t: t.set_column(1, "at", pa.array([FEBRUARY, MARCH, *t["at"].to_pylist()[2:]])),
            "column at lies outside the interval in 2 rows",
        ),
        (
            lambda t: t.set_column(2, "distance", pa.array([np.inf, -np.inf, *range(98)])),
            "column distance is infinite in 2 rows",
        ),
    ],
)
def test_rows_that_cannot_be_are_refused_with_column_and_count(landing: Landing, change: Change, words: str) -> None:
    key = landing.land(JANUARY, FEBRUARY, change(trips(JANUARY, FEBRUARY)))
    message = _refusal(landing)
    assert words in message
    assert key in message


def test_all_that_is_wrong_with_the_rows_is_said_at_once(landing: Landing) -> None:
    landing.months(1, trip=pa.array([None] * 100, pa.string()), distance=pa.array([np.inf] * 100))
    assert "column trip is null in 100 rows; column distance is infinite in 100 rows" in _refusal(landing)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.append_column("seats", t["late"]), "column seats is new"),
        (lambda t: t.set_column(2, "distance", t["distance"].cast(pa.int64())), "column distance is int64, not double"),
        (lambda t: t.drop_columns(["note"]), "column note is missing"),
    ],
)
def test_objects_of_a_window_have_the_same_columns(landing: Landing, change: Change, words: str) -> None:
    landing.months(1, note=pa.array(["x"] * 100))
    february = trips(FEBRUARY, MARCH, note=pa.array(["x"] * 100))
    key = landing.land(FEBRUARY, MARCH, change(february))
    with pytest.raises(DataError, match=words) as caught:
        landing.snapshot(MARCH)
    assert key in str(caught.value)
    assert landing.keys("snapshots/") == []


def test_the_order_of_columns_does_not_matter(landing: Landing) -> None:
    landing.months(1)
    landing.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH).select(["late", "carrier", "at", "distance", "trip"]))
    assert landing.snapshot(MARCH).rows == 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot be read as CSV"),
        (b"trip,at,distance,carrier,late\n1,2013-01-05,12,AA,0\n2,2013-01-06,secret\n", "Expected 5 columns, got 3"),
        (
            b"trip,at,distance,carrier,late\n1,2013-01-05,secret,AA,0\n",
            "column distance holds values that cannot be read",
        ),
        (b"trip,at,distance,carrier,late\n1,secret,1,AA,0\n", "column at holds values that cannot be read"),
        (b"trip,at,distance,carrier,late\n", "holds no row"),
    ],
)
def test_bad_csv_is_refused_without_repeating_its_rows(landing: Landing, data: bytes, words: str) -> None:
    landing.land(JANUARY, FEBRUARY, data, name="trips.csv")
    message = _refusal(landing, spec=spec_of(source={"kind": "objects", "format": "csv"}))
    assert words in message
    assert "secret" not in message


def test_a_new_column_of_the_spec_is_looked_for_in_objects_known_before(landing: Landing) -> None:
    landing.months(1)
    landing.snapshot(FEBRUARY)
    spec = spec_of(columns={"features": {"numeric": ["distance", "seats"]}})
    with pytest.raises(DataError, match=r"lacks a column that model\.yaml names: seats"):
        landing.snapshot(FEBRUARY, spec=spec)


def test_an_object_that_vanishes_is_said_so(landing: Landing) -> None:
    class Vanishing(MemoryStore):
        def download(self, key: str, path: Path) -> ObjectInfo:
            raise NotFound(f"{key}, which was to be {path}")

    landing.store = Vanishing()
    landing.months(1)
    with pytest.raises(DataError, match=r"trips\.parquet was listed and is gone"):
        landing.snapshot(FEBRUARY)


class _Killed(BaseException):
    """What SIGKILL is to a process: nothing of it runs on."""


@pytest.mark.parametrize("survived", range(5))
def test_a_killed_run_leaves_nothing_half_written_and_its_retry_ends_alike(landing: Landing, survived: int) -> None:
    class Dying(MemoryStore):
        left = 1000

        def put(self, key: str, data: bytes | Path, **options: Any) -> ObjectInfo:
            self.left -= 1
            if self.left < 0:
                raise _Killed
            return super().put(key, data, **options)

    whole = Landing()
    whole.months(2)
    expected = whole.snapshot(MARCH)
    landing.store = store = Dying()
    landing.months(2)
    store.left = survived
    with pytest.raises(_Killed):
        landing.snapshot(MARCH)
    assert landing.keys("snapshots/") == []
    store.left = 1000
    assert landing.snapshot(MARCH) == expected
    assert landing.keys("") == whole.keys("")


def test_scratch_files_are_gone_afterwards(landing: Landing) -> None:
    landing.months(1)
    landing.snapshot(FEBRUARY)
    assert list((settings().work_dir / "scratch").iterdir()) == []


def test_a_sql_source_needs_a_connection(landing: Landing) -> None:
    spec = spec_of(
        source={"kind": "sql", "connection": "warehouse", "query": "SELECT * FROM t WHERE at >= :start AND at < :end"}
    )
    with pytest.raises(InputError, match="connection 'warehouse', and no connection was given"):
        snapshot(spec, run_at(datetime(2013, 2, 1, tzinfo=UTC)), landing.store)
