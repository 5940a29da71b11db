"""What the prediction log must do. One body, over memory here and over a real server in tests/integration/stores."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from tests.unit.stores.logged import MOMENT, MONDAY, predictions, spec_of

from evergreen.core.errors import DataError, IntegrityError
from evergreen.core.settings import settings
from evergreen.records.interval import Interval
from evergreen.stores.memory import MemoryStore
from evergreen.stores.partitions import Partition, folder_of
from evergreen.stores.ports import ObjectStore
from evergreen.stores.predictions import PredictionLog, contexts, layout

SPEC = spec_of()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _read(log: PredictionLog, partitions: tuple[Partition, ...], column: str = "prediction_id") -> list[Any]:
    return [v for partition in partitions for batch in log.read(partition, [column]) for v in batch[column].to_pylist()]


class PredictionLogContract:
    """The tests; a subclass gives the fixture ``store``."""

    @pytest.fixture
    def log(self, store: ObjectStore) -> PredictionLog:
        log = PredictionLog(store, "small")
        log._root = f"contract/{uuid4().hex}/predictions/"
        return log

    def test_what_was_logged_is_read_back(self, log: PredictionLog) -> None:
        table = predictions(48)
        log.append(SPEC, table)
        found = log.partitions()
        assert [p.interval.start for p in found] == [MONDAY + i * HOUR for i in range(48)]
        names = [column.name for column in layout(SPEC)]
        batches = [b for p in found for b in log.read(p, names)]
        back = pa.Table.from_batches([pa.record_batch(b.to_pydict(), schema=_plain(b.schema)) for b in batches])
        wind = table["feature_wind"].to_numpy()
        assert back["feature_wind"].to_pylist() == [None if np.isnan(w) else w for w in wind]
        for name in set(names) - {"feature_wind"}:
            assert back[name].to_pylist() == table[name].to_pylist()

    def test_a_file_stays_in_its_hour_and_version_and_variant(self, log: PredictionLog) -> None:
        versions = pa.array([3, 4] * 24, pa.int32())
        keys = log.append(SPEC, predictions(48, step=HOUR / 8, version=versions, variant=["champion", "shadow"] * 24))
        assert len(keys) == 12
        assert sorted(key.removeprefix(log._root)[:40] for key in keys)[:2] == [
            "date=2013-03-04/hour=00/v3-champion-4-" + keys[0].rsplit("-", 1)[1][:2],
            "date=2013-03-04/hour=00/v4-shadow-4-" + sorted(keys)[1].rsplit("-", 1)[1][:4],
        ]
        for partition in log.partitions():
            assert [(f.version, f.variant, f.rows) for f in partition.of(version=4).files] == [(4, "shadow", 4)]
            assert [f.version for f in partition.of(variants=("champion",)).files] == [3]

    def test_the_same_rows_again_change_nothing(self, log: PredictionLog) -> None:
        first = log.append(SPEC, predictions(30))
        before = [p.digest for p in log.partitions()]
        shuffled = predictions(30).select(predictions(1).column_names[::-1])
        assert log.append(SPEC, shuffled) == first
        assert [p.digest for p in log.partitions()] == before

    def test_a_late_file_changes_the_digest_of_its_partition_alone(self, log: PredictionLog) -> None:
        log.append(SPEC, predictions(4))
        before = [p.digest for p in log.partitions()]
        log.append(SPEC, predictions(1, start=MONDAY + 2 * HOUR, prediction_id=["late"]))
        after = [p.digest for p in log.partitions()]
        assert [a == b for a, b in zip(after, before, strict=True)] == [True, True, False, True]

    def test_a_day_with_a_file_of_the_day_is_one_partition(self, log: PredictionLog) -> None:
        log.append(SPEC, predictions(48), per="day")
        log.append(SPEC, predictions(2, start=MONDAY + DAY, prediction_id=["x", "y"]))
        found = log.partitions()
        assert [p.interval for p in found] == [
            Interval(start=MONDAY + i * DAY, end=MONDAY + (i + 1) * DAY) for i in range(2)
        ]
        assert [(len(p.files), p.rows) for p in found] == [(1, 24), (3, 26)]

    @pytest.mark.parametrize("days", [1, 3, 40])
    def test_only_partitions_that_overlap_are_listed(self, log: PredictionLog, days: int) -> None:
        log.append(SPEC, predictions(60, start=MONDAY - 10 * DAY, step=DAY))
        asked = Interval(start=MONDAY + HOUR, end=MONDAY + days * DAY + HOUR)
        found = [p.interval.start for p in log.partitions(asked)]
        assert found == [MONDAY + i * DAY for i in range(1, days + 1)]

    def test_what_was_written_first_counts(self, log: PredictionLog) -> None:
        log.append(SPEC, predictions(3, step=HOUR / 4, score=[0.1, 0.2, 0.3]))
        log.append(SPEC, predictions(4, step=HOUR / 4, score=[0.9, 0.9, 0.9, 0.4]))
        (partition,) = log.partitions()
        assert partition.rows == 7
        assert list(partition.files) == sorted(partition.files, key=lambda f: (f.modified, f.key))
        masks = [None if mask is None else mask.tolist() for mask in log.keep(partition)]
        if partition.files[0].rows == 3:
            assert masks == [None, [False, False, False, True]]
            assert _read(log, (partition,), "score") == [0.1, 0.2, 0.3, 0.4]
        else:  # a store that dates both alike
            assert masks == [None, [False, False, False]]

    def test_where_nothing_is_twice_there_is_no_mask(self, log: PredictionLog) -> None:
        for i in range(3):
            log.append(SPEC, predictions(2, step=HOUR / 4, prediction_id=[f"{i}a", f"{i}b"]))
        (partition,) = log.partitions()
        assert log.keep(partition) == (None, None, None)

    def test_a_foreign_file_is_not_overlooked(self, log: PredictionLog) -> None:
        log.store.put(log._root + "date=2013-03-04/hour=00/1.parquet", b"PAR1")
        with pytest.raises(DataError, match=r"hour=00/1\.parquet is no file of the prediction log"):
            log.partitions()


class TestPredictionLog(PredictionLogContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryStore()


@hypothesis(max_examples=20)
@given(st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=4))
def test_each_id_counts_once(files: list[list[int]]) -> None:
    log, seen = PredictionLog(MemoryStore(), "small"), dict[int, int]()
    for number, ids in enumerate(files):
        rows = predictions(len(ids), prediction_id=pa.array([f"p{i}" for i in ids], pa.string()), score=[float(number)] * len(ids),
                           event_time=pa.array([MONDAY] * len(ids), MOMENT), request_key=pa.array([f"f{number}"] * len(ids), pa.string()))  # fmt: skip
        if ids:
            log.append(SPEC, rows)
        for i in ids:
            seen.setdefault(i, number)
    read = [
        (row["prediction_id"], row["score"])
        for p in log.partitions()
        for batch in log.read(p, ["prediction_id", "score"])
        for row in batch.to_pylist()
    ]
    assert sorted(read) == sorted((f"p{i}", float(n)) for i, n in seen.items())


MANY = spec_of(
    task="multiclass",
    columns=SPEC.columns.model_dump() | {"label": {"column": "late"}, "sensitive": []},
    gates=[{"rule": "minimum", "metric": "accuracy", "at_least": 0.5}],
)


def _multiclass(**columns: Any) -> pa.Table:
    made = predictions(2, scores=[[0.2, 0.8], [0.6, 0.4]], decision=["b", "a"], **columns)
    return made.drop_columns(["context_airport"])


def _seen(event: datetime) -> dict[str, Any]:
    """Four rows that were answered on Monday, the last of them of another time."""
    return {
        "event_time": pa.array([MONDAY] * 3 + [event], MOMENT),
        "served_time": pa.array([MONDAY] * 4, MOMENT),
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"score": ["x"] * 4}, "column 'score' of 4 rows holds string; the log takes double"),
        ({"version": [3] * 4}, "column 'version' of 4 rows holds int64; the log takes int32"),
        ({"event_time": pa.array([MONDAY] * 4, pa.timestamp("us"))}, "holds timestamp\\[us\\]; the log takes timestamp\\[us, tz=UTC\\]"),
        ({"prediction_id": ["a", None, "b", None]}, "column 'prediction_id' is null in 2 of 4 rows"),
        ({"extra": [1] * 4}, "1 columns are not of the log: extra"),
        ({"model": ["small", "other", "small", "small"]}, "of 1 other models, 'other' first"),
        ({"variant": ["best"] * 4}, "'variant' holds none of champion, challenger, shadow"),
        ({"scores": [[0.1, 0.9]] * 4}, "'scores' has not 0 numbers in 4 of 4 rows"),
        ({"decision": [None, "1", "1", "1"]}, "'decision' is null in 1 of 4 rows of a binary task"),
        ({"score": [0.1, np.nan, np.inf, 0.2]}, "'score' holds 2 numbers that are NaN or infinite, in 4 rows"),
        (_seen(datetime(1, 1, 1, tzinfo=UTC)), "'event_time' lies before 2000-01-01 .* in 1 of 4 rows"),
        (_seen(datetime(1970, 1, 1, tzinfo=UTC)), "'event_time' lies before 2000-01-01 .* in 1 of 4 rows"),
        (_seen(MONDAY + 3_653 * DAY), "more than 3652 days after 'served_time' in 1 of 4 rows"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_the_layout_is_refused(changes: dict[str, Any], says: str) -> None:
    log = PredictionLog(MemoryStore(), "small")
    with pytest.raises(DataError, match=says):
        log.append(SPEC, predictions(4, **changes))
    assert log.partitions() == ()


@pytest.mark.parametrize("event", [datetime(2000, 1, 1, tzinfo=UTC), MONDAY + 3_652 * DAY])
def test_an_event_long_ago_or_years_ahead_is_logged(event: datetime) -> None:
    log = PredictionLog(MemoryStore(), "small")
    log.append(SPEC, predictions(4, **_seen(event)), per="day")
    assert sorted(p.interval.start for p in log.partitions()) == sorted((MONDAY, event))


def test_a_year_has_four_digits() -> None:
    assert folder_of(datetime(999, 1, 1, tzinfo=UTC), "day") == "date=0999-01-01/"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="1 columns of the log are missing: feature_carrier"):
        PredictionLog(MemoryStore(), "small").append(SPEC, predictions(4).drop_columns(["feature_carrier"]))


def test_a_multiclass_file_names_its_classes() -> None:
    log = PredictionLog(MemoryStore(), "small")
    log.append(MANY, _multiclass(), classes=("a", "b"))
    (file,) = log.partitions()[0].files
    assert log.classes(file) == ("a", "b")
    with pytest.raises(DataError, match="'scores' has not 3 numbers in 2 of 2 rows"):
        log.append(MANY, _multiclass(), classes=("a", "b", "c"))
    with pytest.raises(DataError, match="'scores' holds 1 numbers that are NaN or infinite, in 2 rows"):
        log.append(
            MANY, _multiclass().set_column(11, "scores", pa.array([[0.2, 0.8], [np.nan, 1.0]])), classes=("a", "b")
        )
    with pytest.raises(DataError, match="a multiclass task needs classes"):
        log.append(MANY, _multiclass())


def test_a_file_says_what_it_is() -> None:
    log = PredictionLog(MemoryStore(), "small")
    (key,) = log.append(SPEC, predictions(3, step=HOUR / 4))
    metadata = pq.read_schema(io.BytesIO(log.store.get(key))).metadata
    assert (metadata[b"evergreen.record"], json.loads(metadata[b"evergreen.schema_version"])) == (b"prediction", 1)


def test_a_file_of_a_newer_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    log = PredictionLog(MemoryStore(), "small")
    with monkeypatch.context() as patch:
        patch.setattr("evergreen.stores.predictions.SCHEMA_VERSION", 2)
        (key,) = log.append(SPEC, predictions(1))
    (partition,) = log.partitions()
    for read in (lambda: list(log.read(partition, ["score"])), lambda: log.columns(partition.files[0])):
        with pytest.raises(IntegrityError, match=f"{key} is of version 2; this release reads up to 1. Upgrade"):
            read()


def test_contexts_are_columns_that_are_no_features() -> None:
    cut = spec_of(slices={"columns": [{"column": "carrier"}, {"column": "plane"}]})
    assert contexts(cut) == ("airport", "plane")
    by_customer = {"window": {"kind": "sliding", "length": "30d"}, "split": {"sampling_unit": "customer"}}
    assert contexts(spec_of(training=by_customer)) == ("customer", "airport")


def test_reading_a_column_that_the_version_did_not_see_is_refused() -> None:
    log = PredictionLog(MemoryStore(), "small")
    log.append(SPEC, predictions(1))
    with pytest.raises(DataError, match="no column feature_rain: version 3 did not see it"):
        list(log.read(log.partitions()[0], ["score", "feature_rain"]))


def _plain(schema: pa.Schema) -> pa.Schema:
    fields = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in schema]
    return pa.schema(fields)
