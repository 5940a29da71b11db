"""What a champion's reference sees of the prediction log: which rows count for which part, and of how many sampling units."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evergreen.core.clock import frozen
from evergreen.flows import chain, score
from evergreen.flows.champion import Champion, champion_of
from evergreen.flows.windows import Windows
from evergreen.monitoring.profile import profile
from evergreen.records.interval import Interval
from evergreen.records.profile import Profile
from evergreen.records.reference import PREDICTION
from evergreen.stores.cache import drop_copy
from evergreen.stores.predictions import PredictionLog

from .conftest import Once, Place, promote

FEBRUARY, MARCH, APRIL = (datetime(2013, month, 1, tzinfo=UTC) for month in (2, 3, 4))
DAY = timedelta(days=1)


def windows_of(place: Place) -> Windows:
    champion = champion_of(place.ws)
    assert isinstance(champion, Champion)
    return Windows(place.ws, champion)


def serve(place: Place, first: datetime, last: datetime) -> None:
    interval = Interval(start=first, end=last)
    with frozen(last):
        score.score(place.ws, interval)
        score.land_labels(place.ws, interval, last)


def logged(place: Place, interval: Interval) -> pa.Table:
    log = PredictionLog(place.ws.store, "small")
    tables = [pq.read_table(log.path(file)) for partition in log.partitions(interval) for file in partition.files]
    return pa.concat_tables(tables, promote_options="permissive")


@pytest.fixture
def served(reigning: Place, once: Once) -> Place:
    """The champion of January has answered in February."""

    def answer(place: Place) -> None:
        place.land(2)
        serve(place, FEBRUARY, MARCH)

    return once(reigning, "served February", answer)


@pytest.fixture
def promoted(served: Place, once: Once) -> Place:
    """And a new champion in March."""

    def follow(place: Place) -> None:
        place.demand(margin=0.5)
        chain.retrain(place.ws, place.run("second", MARCH))
        promote(place, "second")
        place.land(3)
        serve(place, MARCH, APRIL)

    return once(served, "promoted in March", follow)


def test_after_a_promotion_the_window_is_counted_anew_and_each_part_has_units_of_its_own(promoted: Place) -> None:
    windows = windows_of(promoted)
    week = Interval(start=MARCH - 6 * DAY, end=MARCH + DAY)
    found, labels = windows.counted(week), windows.labels(week, APRIL)
    table, last = logged(promoted, week), logged(promoted, replace(week, start=MARCH))
    assert (
        pc.unique(table["version"]).to_pylist() != pc.unique(last["version"]).to_pylist() == [windows.champion.version]
    )
    assert found.profile.rows == len(table)
    assert {**found.units, **labels.units} == {"feature": (7, "day"), "prediction": (1, "day"), "label": (1, "day")}
    assert found.profile.counts[PREDICTION].values == len(last) == labels.profile.rows
    layout = windows.champion.reference.layout.by_name
    for name, counts in found.profile.counts.items():
        rows = last["score"] if name == PREDICTION else table[f"feature_{name}"]
        values = rows.drop_null()
        if layout[name].kind == "numeric":
            bins = np.bincount(
                np.searchsorted(layout[name].edges, values.to_numpy(), side="right"), minlength=layout[name].count
            )
        else:
            known = values.cast(pa.string()).to_pylist()
            bins = np.array([known.count(category) for category in layout[name].categories])
        assert counts.bins.tolist() == bins.tolist(), name
        assert counts.nulls == rows.null_count, name


def test_days_whose_files_lack_a_feature_are_no_units_of_the_features(served: Place) -> None:
    week = Interval(start=FEBRUARY - DAY, end=FEBRUARY + 6 * DAY)
    before = windows_of(served).counted(week)
    log, content = PredictionLog(served.ws.store, "small"), served.ws.spec.model_dump()
    content["columns"]["features"] = {"numeric": ["distance"], "categorical": ["carrier"]}
    rows = logged(served, Interval(start=FEBRUARY, end=FEBRUARY + DAY)).drop_columns(["feature_wind"])
    at = rows.schema.get_field_index("event_time")
    moved = rows.set_column(at, "event_time", pc.subtract(rows["event_time"], pa.scalar(DAY, pa.duration("us"))))
    log.append(served.ws.spec.model_validate(content), moved, per="day")
    found = windows_of(served).counted(week)
    assert len(log.partitions(week)) == 7
    assert found.profile.rows == before.profile.rows
    assert found.units == {"feature": (6, "day"), "prediction": (7, "day")}, (
        "the champion's scores of that day are there"
    )


def test_a_partition_is_counted_once_for_a_reference(served: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    week, counted = Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY), []

    def noted(source: Path, *args: Any, **more: Any) -> Profile:
        counted.append(source)
        return profile(source, *args, **more)

    monkeypatch.setattr("evergreen.flows.windows.profile", noted)
    first = windows_of(served).counted(week)
    assert len(counted) == 2 * 7, "features and scores of seven days"
    next_day = Interval(start=week.start + DAY, end=week.end + DAY)
    again, later = windows_of(served).counted(week), windows_of(served).profile(next_day)
    assert len(counted) == 2 * 8, "of the next day alone"
    assert (again.profile.rows, again.profile.counts, again.units) == (
        first.profile.rows,
        first.profile.counts,
        first.units,
    )
    assert later.rows > 0


def test_a_window_that_cuts_days_has_its_own_rows_alone(served: Place) -> None:
    windows, store = windows_of(served), served.ws.store
    whole = windows.counted(Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY)).profile.rows
    stored = {info.key for info in store.list("small/profiles/")}
    window = Interval(start=FEBRUARY + DAY / 4, end=FEBRUARY + 6 * DAY + DAY / 2)
    found, times = windows.counted(window), logged(served, window)["event_time"].to_pylist()
    assert found.profile.rows == sum(moment in window for moment in times) == whole - 9 - 16
    assert found.profile.counts[PREDICTION].values == found.profile.rows
    assert windows.labels(window, MARCH).profile.rows == found.profile.rows
    assert found.units == {"feature": (7, "day"), "prediction": (7, "day")}
    assert {info.key for info in store.list("small/profiles/")} == stored, "a part of a day is none of a partition"
    assert windows.counted(Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY)).profile.rows == whole


def test_a_feature_that_is_empty_in_the_window_tells_it_from_the_reference(served: Place) -> None:
    rows = logged(served, Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY))
    for name, column in (
        ("event_time", pc.subtract(rows["event_time"], pa.scalar(14 * DAY, pa.duration("us")))),
        ("feature_wind", pa.nulls(len(rows), pa.float64())),
    ):
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    PredictionLog(served.ws.store, "small").append(served.ws.spec, rows, per="day")
    content = served.ws.spec.model_dump() | {"monitoring": {"drift": {"domain_classifier": True}}}
    windows = windows_of(served)
    asked = Windows(replace(served.ws, spec=served.ws.spec.model_validate(content)), windows.champion)
    found = asked.domain(Interval(start=FEBRUARY - 14 * DAY, end=FEBRUARY - 7 * DAY))
    assert found is not None
    assert found.value > 0.99
    assert asked.domain(Interval(start=FEBRUARY - 60 * DAY, end=FEBRUARY - 50 * DAY)) is None, "nothing was logged"
    for info in list(served.ws.store.list("small/parts/")):
        served.ws.store.delete(info.key)
        drop_copy(info.key)
    assert asked.domain(Interval(start=FEBRUARY - 14 * DAY, end=FEBRUARY - 7 * DAY)) is None, (
        "the reference's rows are gone"
    )


@pytest.mark.parametrize(("given", "units"), [(True, (5, "customer")), (False, (7, "day"))])
def test_the_units_are_the_references_and_days_where_no_caller_gives_them(
    served: Place, given: bool, units: Any
) -> None:
    """The spec has another one by now."""
    log, content = PredictionLog(served.ws.store, "small"), served.ws.spec.model_dump()
    content["training"]["split"]["sampling_unit"] = "customer"
    rows = logged(served, Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY))
    customers = (
        pa.array([f"c{number % 5}" for number in range(len(rows))]) if given else pa.nulls(len(rows), pa.string())
    )
    at = rows.schema.get_field_index("event_time")
    moved = rows.set_column(at, "event_time", pc.subtract(rows["event_time"], pa.scalar(14 * DAY, pa.duration("us"))))
    log.append(served.ws.spec.model_validate(content), moved.append_column("context_customer", customers), per="day")
    windows, week = windows_of(served), Interval(start=FEBRUARY - 14 * DAY, end=FEBRUARY - 7 * DAY)
    assert windows.counted(week).units["feature"] == (7, "day"), "whatever the spec says"
    champion = replace(windows.champion, reference=replace(windows.champion.reference, unit="customer"))
    theirs = Windows(served.ws, champion)
    assert theirs.counted(week).units == {"feature": units, "prediction": units}
    assert theirs.counted(replace(week, end=FEBRUARY + DAY)).units["feature"] == (8, "day"), (
        "some of the files lack them"
    )
