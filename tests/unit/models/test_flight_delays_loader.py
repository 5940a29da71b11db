"""The loader of flight_delays: honest columns, months of UTC, landed once."""

import importlib.util
import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evergreen.spec.load import load
from evergreen.stores.memory import MemoryStore

FOLDER = Path(__file__).parents[3] / "models" / "flight_delays"
OUTCOMES = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}


@pytest.fixture(scope="module")
def loader() -> ModuleType:
    found = importlib.util.spec_from_file_location("flight_delays_loader", FOLDER / "loader.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    vars(module)["_table"] = cache(module._table)
    years = {label: module.flights(label) for label in module.LABELS}
    vars(module)["flights"] = lambda label="late": years[label]
    return module


def test_the_year_is_whole_and_each_flight_has_a_name_of_its_own(loader: ModuleType) -> None:
    year = loader.flights()
    assert len(year) == 336_776
    assert year["flight_id"].is_unique
    assert year["scheduled_departure"].notna().all()
    assert (int(year["late"].isna().sum()), int((year["late"] == 1).sum())) == (9_430, 80_100)
    assert not OUTCOMES & set(year.columns)


def test_scheduled_departure_is_the_local_clock_time_in_utc(loader: ModuleType) -> None:
    year = loader.flights().sample(5_000, random_state=0)
    local = year["scheduled_departure"].dt.tz_convert("America/New_York")
    assert (local.dt.hour * 100 + local.dt.minute == year["sched_dep_time"]).all()
    assert (local.dt.strftime("%Y-%m-%d") == year["flight_id"].str[:10]).all()
    assert (local.dt.dayofweek == year["day_of_week"]).all()


def test_months_land_once_with_their_producer_and_only_their_own_rows(loader: ModuleType) -> None:
    store = MemoryStore()
    keys = loader.land(store, [2, 1], "run-1")
    assert keys == [f"flight_delays/raw/start=2013-0{m}-01/end=2013-0{m + 1}-01/flights.parquet" for m in (1, 2)]
    assert loader.land(store, range(1, 4), "run-2") == [
        "flight_delays/raw/start=2013-03-01/end=2013-04-01/flights.parquet"
    ]
    assert [store.head(key).metadata["producer-run"] for key in keys] == ["run-1", "run-1"]
    february = pq.read_table(io.BytesIO(store.get(keys[1])))
    times = pc.min_max(february["scheduled_departure"]).as_py()
    assert datetime(2013, 2, 1, tzinfo=UTC) <= times["min"] < times["max"] < datetime(2013, 3, 1, tzinfo=UTC)
    assert february.schema.equals(loader.schema("late"))


def test_a_month_landed_otherwise_is_landed_again(loader: ModuleType) -> None:
    store = MemoryStore()
    (key,) = loader.land(store, [1], "run-1")
    store.put(key, b"truncated", metadata={"producer-run": "run-1"})
    assert loader.land(store, [1], "run-2") == [key]


def test_other_months_are_refused(loader: ModuleType) -> None:
    with pytest.raises(ValueError, match="months are 1 to 12 of 2013, not 0, 3"):
        loader.land(MemoryStore(), [0, 3], "run-1")


@pytest.mark.parametrize("model", ["flight_delays", "air_time", "flight_outcome"])
def test_each_spec_names_only_columns_that_are_landed(loader: ModuleType, model: str) -> None:
    columns = load(FOLDER.parent / model).columns
    named = {columns.event_time, *columns.keys, columns.label.column, *columns.features.names, *columns.sensitive}
    assert named <= set(loader.schema(columns.label.column).names)


def test_rows_without_weather_are_kept(loader: ModuleType) -> None:
    year: pd.DataFrame = loader.flights()
    assert 1_000 < int(year["temp"].isna().sum()) < 3_000


@pytest.mark.parametrize("label", ["late", "air_time", "outcome"])
def test_each_model_gets_its_label_and_no_other_outcome(loader: ModuleType, label: str) -> None:
    year = loader.flights(label)
    assert len(year) == 336_776
    assert (OUTCOMES | {"late", "outcome"}) & set(year.columns) == {label}


def test_the_outcomes_of_the_year(loader: ModuleType) -> None:
    counts = loader.flights("outcome")["outcome"].value_counts(dropna=False).to_dict()
    assert counts == {"on time": 247_246, "late": 80_100, "cancelled": 8_255, "diverted": 1_175}
    minutes = loader.flights("air_time")["air_time"]
    assert (int(minutes.isna().sum()), int(minutes.min()), int(minutes.max())) == (9_430, 20, 695)


def test_the_same_month_has_the_same_bytes_and_lies_with_its_model(loader: ModuleType) -> None:
    stores = MemoryStore(), MemoryStore()
    written = [loader.land(store, [2], "run-1", model="air_time", label="air_time") for store in stores]
    assert written[0] == written[1] == ["air_time/raw/start=2013-02-01/end=2013-03-01/flights.parquet"]
    assert stores[0].get(written[0][0]) == stores[1].get(written[1][0])
    february = pq.read_table(io.BytesIO(stores[0].get(written[0][0])))
    assert february.schema.equals(loader.schema("air_time"))


def test_another_label_is_refused(loader: ModuleType) -> None:
    with pytest.raises(ValueError, match="late, air_time, outcome, not 'arr_delay'"):
        loader.schema("arr_delay")
