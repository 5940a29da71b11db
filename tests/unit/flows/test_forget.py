"""A person's rows are gone from every object and every version of it, whatever happens on the way."""

import io
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.data.landing import APRIL, FEBRUARY, JANUARY, MARCH, Landing, csv_of, parquet_of, spec_of, trips
from tests.unit.journal.story import days, evaluation_of, split_of
from tests.unit.stores.filled import filled

from evergreen.core.errors import AccessDenied, DataError, RunError
from evergreen.core.settings import settings
from evergreen.data.person import Person
from evergreen.flows.forget import forget
from evergreen.flows.workspace import Workspace
from evergreen.journal.decisions import record_evaluation
from evergreen.journal.entry import Kind
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Keyring, Trust
from evergreen.records.account import Origin
from evergreen.records.forget import Forget
from evergreen.records.interval import Interval
from evergreen.records.run import Run, Way
from evergreen.records.snapshot import Snapshot
from evergreen.stores.cache import local_copy
from evergreen.stores.labels import LabelLog
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.partitions import Per
from evergreen.stores.predictions import PredictionLog

WHO = "0101-17"
CSV = spec_of(source={"kind": "objects", "format": "csv"})


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("EVERGREEN_BATCH_ROWS", "7")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


class Killed(BaseException):
    """The process dies."""


class Mortal(MemoryStore):
    """A store in which the process dies before one of its writes: ``left`` says how many are done before."""

    left = 1_000_000

    def _spend(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def put(self, *args: Any, **named: Any) -> Any:
        self._spend()
        return super().put(*args, **named)

    def create(self, *args: Any, **named: Any) -> Any:
        self._spend()
        return super().create(*args, **named)

    def replace(self, *args: Any, **named: Any) -> Any:
        self._spend()
        return super().replace(*args, **named)

    def erase(self, *args: Any, **named: Any) -> None:
        self._spend()
        super().erase(*args, **named)


def _world(*, versioned: bool = True, csv: bool = False) -> tuple[Workspace, Snapshot, Mortal]:
    """Two landed months, one of them corrected, a log and labels, and a version that was trained on all of it."""
    taken, landed = _landed(versioned=versioned, csv=csv)
    spec, store = CSV if csv else spec_of(), filled(Mortal(versioned=versioned), landed)
    local_copy(store, taken.parts[0].key)
    store.put("trips/predictions/date=2013-01-02/hour=00/1.parquet", parquet_of(trips(JANUARY, FEBRUARY, rows=20)))
    store.put("trips/labels/1.parquet", parquet_of(trips(JANUARY, FEBRUARY, rows=20).select(["trip", "late"])))
    store.put("trips/labels/2.parquet", parquet_of(trips(JANUARY, FEBRUARY, rows=20).select(["late"])))
    journal, registry = Journal(store, "trips"), MemoryRegistry()
    for number, snapshot in ((1, "another"), (2, taken.digest)):
        tags, registry.files[f"models:/m-{number}"] = {"evergreen.snapshot": snapshot}, {}
        registry.create_version("trips", run_id="r", model_uri=f"models:/m-{number}", tags=tags)
    run = Run(model="trips", run_id="r1", way=Way.MANUAL, as_of=MARCH, asked_by="tests", reason="to see")
    origin = Origin(version=2, snapshot=taken.digest, git_commit=None)
    record_evaluation(journal, run, split_of(days(0, 1)), evaluation_of("p" * 64, days(0, 1)), origin)
    ws = Workspace(spec=spec, folder=Path(), store=store, registry=registry, journal=journal)  # type: ignore[arg-type]
    return ws, taken, store


@cache
def _landed(*, versioned: bool, csv: bool) -> tuple[Snapshot, MemoryStore]:
    landing = Landing()
    landing.store = MemoryStore(versioned=versioned)
    write, name, spec = (csv_of, "trips.csv", CSV) if csv else (parquet_of, "trips.parquet", spec_of())
    for _ in range(2):
        landing.land(JANUARY, FEBRUARY, write(trips(JANUARY, FEBRUARY, rows=20)), name=name)
    landing.land(FEBRUARY, MARCH, write(trips(FEBRUARY, MARCH, rows=20)), name=name)
    return landing.snapshot(MARCH, spec=spec), landing.store


def _forget(ws: Workspace, who: str = WHO, **more: Any) -> Forget | None:
    return forget(ws, {"trip": who}, by="ada", reason="asked to", **more)


def _contents(store: MemoryStore) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for version in store.versions(""):
        if not version.deleted:
            found.setdefault(version.key, []).append(store.get_version(version.key, version.version))
    return found


def _says(data: bytes, who: str) -> bool:
    if data.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(data))
        return "trip" in table.column_names and who in table["trip"].to_pylist()
    return who.encode() in data


def _rows(data: bytes) -> list[str]:
    rows: list[str] = pq.read_table(io.BytesIO(data))["trip"].to_pylist()
    return rows


@pytest.mark.parametrize("csv", [False, True])
@pytest.mark.parametrize("versioned", [False, True])
def test_the_rows_are_gone_from_every_version_of_every_object(*, versioned: bool, csv: bool) -> None:
    ws, taken, store = _world(versioned=versioned, csv=csv)
    order = _forget(ws)
    assert order is not None
    assert (order.objects, order.rows, order.parts, order.part_rows) == (3, 3, 1, 1)
    assert (order.versions_erased, order.unsearched) == (int(versioned), 1)
    assert (order.snapshots, order.versions, order.columns) == ((taken.digest,), (2,), ("trip",))
    assert not [key for key, versions in _contents(store).items() for data in versions if _says(data, WHO)]
    assert not [path for path in settings().work_dir.rglob("*.parquet") if _says(path.read_bytes(), WHO)]
    assert _forget(ws) is None


def test_everybody_else_stays() -> None:
    ws, taken, store = _world()
    before = _contents(store)
    _forget(ws)
    after = _contents(store)
    for key, versions in before.items():
        if "raw" in key or "predictions" in key:
            assert _rows(after[key][-1]) == [row for row in _rows(versions[-1]) if row != WHO]
    assert store.head("trips/raw/start=2013-01-01/end=2013-02-01/trips.parquet").metadata == {"producer-run": "p1"}
    assert after[taken.parts[1].key] == before[taken.parts[1].key]


def test_the_manifest_of_what_is_left_is_the_snapshot_that_the_raw_objects_give_now() -> None:
    ws, taken, store = _world()
    _forget(ws)
    landing = Landing()
    landing.store = store
    anew = landing.snapshot(MARCH)
    (note,) = [info.key for info in store.list("trips/superseded/")]
    assert note == f"trips/superseded/{taken.digest}.json"
    left = [Snapshot.from_json(store.get(info.key)) for info in store.list("trips/snapshots/")]
    (new,) = {s.rows_sha256 for s in left} - {taken.rows_sha256}
    assert (anew.rows_sha256, anew.rows) == (new, taken.rows - 1)
    assert Snapshot.from_json(store.get(f"trips/snapshots/{taken.digest}.json")) == taken


def test_versions_that_were_trained_on_them_are_marked() -> None:
    ws, _, _ = _world()
    _forget(ws)
    tagged = {v.number for v in ws.registry.versions("trips") if "evergreen.reproducible" in v.tags}
    assert tagged == {2}
    assert [a.reproducible for a in ws.journal.state().accounts.values()] == [False]


def test_neither_journal_nor_orders_hold_a_value() -> None:
    ws, _, store = _world()
    store.left = 14
    with pytest.raises(Killed):
        _forget(ws)
    assert [info.key for info in store.list("trips/forget/")] != ["trips/forget/key"]
    store.left = 1_000
    _forget(ws)
    assert [entry.kind for entry in ws.journal.entries()][-1] == Kind.FORGET
    assert [info.key for info in store.list("trips/forget/")] == ["trips/forget/key"]
    said = [data for key, v in _contents(store).items() if "/forget/" in key or "/journal/" in key for data in v]
    assert not any(WHO.encode() in data for data in said)
    assert WHO not in repr(Person(values={"trip": WHO}))


def _end(store: MemoryStore) -> dict[str, Any]:
    """What is left, whatever the times and random keys."""
    changing = ("/journal/", "/forget/")
    return {key: v for key, v in _contents(store).items() if not any(part in key for part in changing)}


def _entries(ws: Workspace) -> list[dict[str, Any]]:
    bodies = [entry.body for entry in Journal(ws.store, "trips").entries() if entry.kind == Kind.FORGET]
    return [{k: v for k, v in body.items() if k not in ("at", "request")} for body in bodies]


@pytest.mark.parametrize("versioned", [False, True])
def test_killed_anywhere_and_repeated_it_ends_the_same(*, versioned: bool) -> None:
    ws, _, store = _world(versioned=versioned)
    _forget(ws)
    end, entries = _end(store), _entries(ws)
    assert len(entries) == 1
    for writes in range(100):
        ws, _, store = _world(versioned=versioned)
        store.left = writes
        try:
            _forget(ws)
        except Killed:
            store.left = 1_000_000
            _forget(ws)
        else:
            break
        assert (_end(store).keys(), _entries(ws)) == (end.keys(), entries)
        assert not [key for key, versions in _contents(store).items() for data in versions if _says(data, WHO)]
    assert writes > 10


def test_a_second_person_after_the_first() -> None:
    ws, _, store = _world()
    first, second = _forget(ws), _forget(ws, "0201-3")
    assert first is not None
    assert second is not None
    assert second.part_rows == 1
    assert second.snapshots != first.snapshots
    rows = {s.rows for s in (Snapshot.from_json(store.get(i.key)) for i in store.list("trips/snapshots/"))}
    assert rows == {40, 39, 38}


def test_an_object_that_was_deleted_is_erased_in_its_versions() -> None:
    ws, _, store = _world()
    store.delete("trips/labels/1.parquet")
    order = _forget(ws)
    assert order is not None
    assert (order.versions_erased, order.rows) == (2, 2)
    assert "trips/labels/1.parquet" not in _contents(store)


def test_a_file_of_one_person_goes_as_a_whole() -> None:
    ws, _, store = _world()
    store.put("trips/labels/3.parquet", parquet_of(trips(JANUARY, FEBRUARY, rows=18).slice(17)))
    _forget(ws)
    assert "trips/labels/3.parquet" not in _contents(store)


@pytest.mark.parametrize(
    ("moment", "versioned"),
    [("download", False), ("download", True), ("replace", False), ("replace", True), ("erase", True)],
)
def test_what_is_landed_at_that_very_moment_is_kept_and_searched(
    *, moment: str, versioned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, _, store = _world(versioned=versioned)
    key = "trips/raw/start=2013-01-01/end=2013-02-01/trips.parquet"
    landed = parquet_of(trips(JANUARY, FEBRUARY, rows=30))
    done = getattr(store, moment)

    def meanwhile(name: str, *args: Any, **named: Any) -> Any:
        if name == key:
            monkeypatch.setattr(store, moment, done)
            store.put(key, landed)
        return done(name, *args, **named)

    monkeypatch.setattr(store, moment, meanwhile)
    _forget(ws)
    assert _rows(store.get(key)) == [row for row in _rows(landed) if row != WHO]
    assert not [key for key, versions in _contents(store).items() for data in versions if _says(data, WHO)]


def test_what_takes_the_place_of_a_file_of_one_person_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ws, _, store = _world()
    key, erase = "trips/labels/3.parquet", store.erase
    store.put(key, parquet_of(trips(JANUARY, FEBRUARY, rows=10)))
    store.put(key, parquet_of(trips(JANUARY, FEBRUARY, rows=18).slice(17)))

    def meanwhile(name: str, **named: Any) -> None:
        if name == key:
            monkeypatch.setattr(store, "erase", erase)
            store.put(key, parquet_of(trips(JANUARY, FEBRUARY, rows=5)))
        erase(name, **named)

    monkeypatch.setattr(store, "erase", meanwhile)
    _forget(ws)
    assert [_rows(data) for data in _contents(store)[key]] == [[f"0101-{n}" for n in range(5)]]


def test_a_dry_run_changes_nothing() -> None:
    ws, _, store = _world()
    before = _end(store)
    found = _forget(ws, dry_run=True)
    assert found is not None
    assert found.rows == 3
    assert (_end(store), _entries(ws)) == (before, [])


def test_who_cannot_sign_erases_nothing() -> None:
    ws, _, store = _world()
    before = _end(store)
    ws.journal.trust = Trust(keys=Keyring(), signer=None)
    with pytest.raises(AccessDenied):
        _forget(ws)
    assert _end(store) == before


@pytest.mark.parametrize(
    ("column", "value", "error", "says"),
    [("late", "hidden", RunError, "late is int64"), ("trip", "x", DataError, "april")],
)
def test_what_cannot_be_searched_stops_it(column: str, value: str, error: type[Exception], says: str) -> None:
    ws, _, store = _world()
    before = _end(store)
    if error is DataError:
        key = f"trips/raw/start=2013-03-01/end={APRIL:%Y-%m-%d}/april.parquet"
        store.put(key, b"PAR1 broken")
        before = _end(store)
    with pytest.raises(error, match=says) as caught:
        forget(ws, {column: value}, by="ada", reason="asked to")
    assert "hidden" not in str(caught.value)
    assert _end(store) == before


def _logs(ws: Workspace, *, per: Per = "hour", first: int = 0) -> tuple[PredictionLog, LabelLog, list[str]]:
    """Predictions of January's trips from the ``first`` on, their labels, and counts of each partition."""
    raw, rows = trips(JANUARY, FEBRUARY, rows=20).slice(first), 20 - first
    ids = [f"id-{i}" for i in range(first, 20)]
    named = {"prediction_id": ids, "request_key": raw["trip"], "event_time": raw["at"], "served_time": raw["at"]}
    said = {"model": ["trips"] * rows, "version": pa.array([2] * rows, pa.int32()), "variant": ["champion"] * rows}
    seen = {"feature_distance": raw["distance"], "feature_carrier": raw["carrier"]}
    score = {"score": [0.5] * rows, "scores": pa.nulls(rows, pa.list_(pa.float64())), "decision": ["1"] * rows}
    log, labels = PredictionLog(ws.store, "trips"), LabelLog(ws.store, "trips")
    log.append(ws.spec, pa.table(named | said | seen | score), per=per)
    known = {"prediction_id": ids, "event_time": raw["at"], "value": [1.0] * rows, "observed_time": raw["at"],
             "correction": pa.array([0] * rows, pa.int32())}  # fmt: skip
    labels.append(ws.spec, pa.table(known))
    for partition in log.partitions():
        counts = f"{partition.interval.start:%Y-%m-%dT%H}-{partition.digest}.bin"
        ws.store.put(f"trips/profiles/reference/features/{counts}", b"counts")
    return log, labels, ids


def _logged(log: PredictionLog, labels: LabelLog) -> tuple[list[str], list[str]]:
    year = Interval(start=JANUARY, end=APRIL)
    rows = [i for p in log.partitions() for b in log.read(p, ["prediction_id"]) for i in b["prediction_id"].to_pylist()]
    known = [i for table in labels.read(year, as_of=APRIL) for i in table["prediction_id"].to_pylist()]
    return sorted(rows), sorted(known)


@pytest.fixture
def bare() -> Workspace:
    """The world without the files that no log has written."""
    ws, _, store = _world()
    for info in [*store.list("trips/predictions/"), *store.list("trips/labels/")]:
        store.erase(info.key)
    return ws


@pytest.mark.parametrize("per", ["hour", "day"])
def test_predictions_about_the_person_go_with_their_labels_and_counts(bare: Workspace, per: Per) -> None:
    log, labels, ids = _logs(bare, per=per)
    day = next(p for p in log.partitions() if p.interval.start <= _at(17) < p.interval.end)
    order = _forget(bare)
    assert order is not None
    assert (order.objects, order.rows, order.unsearched) == (2 + 1, 2 + 1, 0)  # raw, predictions, labels
    left = sorted(set(ids) - {"id-17"})
    assert _logged(log, labels) == (left, left)
    counts = [info.key.rsplit("/", 1)[1] for info in bare.store.list("trips/profiles/")]
    assert not [name for name in counts if name.startswith(f"{day.interval.start:%Y-%m-%dT%H}")]
    assert len(counts) == 19
    assert not any(WHO.encode() in data or b"id-17" in data for v in _contents(bare.store).values() for data in v)  # type: ignore[arg-type]
    assert _forget(bare) is None


def test_features_and_keys_that_are_known_from_parts_lead_to_predictions(bare: Workspace) -> None:
    log, labels, ids = _logs(bare, per="day")
    order = forget(bare, {"carrier": "UA", "late": "1"}, by="ada", reason="asked to")
    assert order is not None
    raw = trips(JANUARY, FEBRUARY, rows=20)
    gone = {
        i
        for i, c, late in zip(ids, raw["carrier"].to_pylist(), raw["late"].to_pylist(), strict=True)
        if (c, late) == ("UA", 1)
    }
    assert len(gone) > 1
    left = sorted(set(ids) - gone)
    assert _logged(log, labels) == (left, left)


def test_a_numeric_feature_is_compared_as_a_number(bare: Workspace) -> None:
    log, labels, ids = _logs(bare)
    for info in list(bare.store.list("trips/parts/")):
        bare.store.erase(info.key)
    forget(bare, {"distance": "7", "carrier": "DL"}, by="ada", reason="asked to")
    raw = trips(JANUARY, FEBRUARY, rows=20)
    kept = [
        i
        for i, d, c in zip(ids, raw["distance"].to_pylist(), raw["carrier"].to_pylist(), strict=True)
        if (d, c) != (7.0, "DL")
    ]
    assert len(kept) < 20
    assert _logged(log, labels)[0] == sorted(kept)


def test_a_log_that_does_not_know_the_column_is_unsearched(bare: Workspace) -> None:
    log, labels, ids = _logs(bare, per="day")
    for info in [*bare.store.list("trips/parts/"), *bare.store.list("trips/raw/")]:
        bare.store.erase(info.key)
    assert forget(bare, {"name": "ada"}, by="ada", reason="asked to") is None
    assert _logged(log, labels) == (sorted(ids), sorted(ids))


def test_a_file_of_a_log_that_was_deleted_goes_with_its_versions(bare: Workspace) -> None:
    log, _, _ = _logs(bare)
    file = next(f for p in log.partitions() for f in p.files if f.events.start <= _at(17) < f.events.end)
    bare.store.delete(file.key)
    _forget(bare)
    assert file.key not in _contents(bare.store)  # type: ignore[arg-type]
    assert file.key not in [info.key for info in bare.store.list("trips/predictions/")]


def _at(number: int) -> datetime:
    moment: datetime = trips(JANUARY, FEBRUARY, rows=20)["at"][number].as_py()
    return moment


def test_logs_too_end_the_same_wherever_it_is_killed() -> None:
    ends = []
    for writes in range(100):
        ws, _, store = _world()
        for info in [*store.list("trips/predictions/"), *store.list("trips/labels/")]:
            MemoryStore.erase(store, info.key)
        log, labels, ids = _logs(ws, per="day", first=17)
        store.left = writes
        try:
            _forget(ws)
        except Killed:
            store.left = 1_000_000
            _forget(ws)
            ends.append(_logged(log, labels))
            continue
        break
    left = sorted(set(ids) - {"id-17"})
    assert set(map(str, ends)) == {str((left, left))}
    assert writes > 10
