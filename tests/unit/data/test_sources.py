"""Which raw objects make a window: complete ones that overlap it, without holes and overlaps."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.data.landing import APRIL, FEBRUARY, JANUARY, MARCH, spec_of

from evergreen.core.errors import DataError
from evergreen.data.sources import months, raw_objects
from evergreen.records.interval import Interval
from evergreen.stores.memory import MemoryStore

SLIDING = spec_of(window={"kind": "sliding", "length": "90d"})
WINDOW = Interval(start=JANUARY, end=MARCH)


def _landed(*folders: str, name: str = "rows.parquet") -> MemoryStore:
    store = MemoryStore()
    for folder in folders:
        store.put(f"trips/raw/{folder}/{name}", b"rows")
    return store


def test_only_complete_intervals_that_overlap_the_window_count() -> None:
    store = _landed(
        "start=2012-12-01/end=2013-01-01", "start=2013-01-01/end=2013-02-01", "start=2013-02-01/end=2013-03-01",
        "start=2013-03-01/end=2013-04-01",
    )  # fmt: skip
    found = raw_objects(spec_of(), "raw/", Interval(start=JANUARY, end=APRIL - timedelta(seconds=1)), store)
    assert [raw.interval.start for raw in found] == [JANUARY, FEBRUARY]


def test_an_interval_may_have_several_files_and_markers_of_other_tools() -> None:
    store = _landed("start=2013-01-01/end=2013-03-01", name="a.parquet")
    for key in ("b.parquet", "_SUCCESS", ".crc", ""):
        store.put(f"trips/raw/start=2013-01-01/end=2013-03-01/{key}", b"rows")
    found = raw_objects(spec_of(), "raw/", WINDOW, store)
    assert [raw.info.key.rsplit("/", 1)[-1] for raw in found] == ["a.parquet", "b.parquet"]


@pytest.mark.parametrize(
    "folder",
    [
        "start=2013-01-01T00:00:00Z/end=2013-03-01T00:00:00Z",
        "start=2013-01-01T00%3A00%3A00/end=2013-03-01 00%3A00%3A00",
        "start=2012-12-31T19:00:00-05:00/end=2013-02-28T19:00:00-05:00",
    ],
)
def test_stamps_may_be_times_with_a_zone_or_of_utc(folder: str) -> None:
    (found,) = raw_objects(spec_of(), "raw/", WINDOW, _landed(folder))
    assert found.interval == WINDOW


@pytest.mark.parametrize(
    "folder",
    ["2013/01", "start=january/end=february", "start=2013-02-01/end=2013-01-01", "start=2013-01-01/end=2013-02-01/x"],
)
def test_a_key_without_an_interval_is_named(folder: str) -> None:
    with pytest.raises(DataError, match=f"the key trips/raw/{folder}/rows.parquet names no interval"):
        raw_objects(spec_of(), "raw/", WINDOW, _landed(folder))


def test_no_object_names_prefix_store_and_window() -> None:
    with pytest.raises(
        DataError, match=r"0 raw objects are below trips/raw/ in the memory of this process.*2013-03-01"
    ):
        raw_objects(spec_of(), "raw/", WINDOW, MemoryStore())


def test_a_hole_is_named() -> None:
    store = _landed("start=2013-01-01/end=2013-02-01", "start=2013-02-03/end=2013-03-01")
    with pytest.raises(DataError, match=r"covers 2013-02-01T00:00:00\+00:00 to 2013-02-03T00:00:00\+00:00"):
        raw_objects(spec_of(), "raw/", WINDOW, store)


def test_an_expanding_window_has_data_from_its_start() -> None:
    with pytest.raises(DataError, match=r"covers 2013-01-01T00:00:00\+00:00 to 2013-02-01T00:00:00\+00:00"):
        raw_objects(spec_of(), "raw/", WINDOW, _landed("start=2013-02-01/end=2013-03-01"))


def test_a_sliding_window_may_begin_before_the_data_but_not_in_a_hole() -> None:
    february = "start=2013-02-01/end=2013-03-01"
    assert len(raw_objects(SLIDING, "raw/", WINDOW, _landed(february))) == 1
    with pytest.raises(DataError, match=r"covers 2013-01-01.* to 2013-02-01"):
        raw_objects(SLIDING, "raw/", WINDOW, _landed("start=2012-11-01/end=2012-12-01", february))


@pytest.mark.parametrize("start", ["2013-01-31", "2013-01-01"])
def test_an_overlap_is_named(start: str) -> None:
    store = _landed("start=2013-01-01/end=2013-02-01", f"start={start}/end=2013-03-01")
    with pytest.raises(DataError, match=rf"overlap from {start}T00:00:00\+00:00 to 2013-02-01"):
        raw_objects(spec_of(), "raw/", WINDOW, store)


def test_objects_that_reach_over_the_window_start_overlap_nothing() -> None:
    store = _landed("start=2012-12-15/end=2013-02-01", "start=2013-02-01/end=2013-03-01")
    assert len(raw_objects(spec_of(), "raw/", WINDOW, store)) == 2


moments = st.integers(0, 3 * 365 * 86_400).map(
    lambda seconds: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=900)))
def test_months_cover_the_window_once_and_meet_at_firsts(start: datetime, length: timedelta) -> None:
    pieces = list(months(Interval(start=start, end=start + length)))
    assert pieces[0].start == start
    assert pieces[-1].end == start + length
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)
    assert all(piece.end.day == 1 and piece.end.timestamp() % 86_400 == 0 for piece in pieces[:-1])
