"""The champion answers for raw rows, once, and their labels are logged as they fall due."""

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evergreen.core.clock import frozen
from evergreen.core.errors import DataError, RunError
from evergreen.flows import chain
from evergreen.flows.score import champion, land_labels, score
from evergreen.flows.workspace import Workspace
from evergreen.records.interval import Interval
from evergreen.stores.labels import LabelLog
from evergreen.stores.predictions import PredictionLog

from .conftest import Once, Place, promote

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = Interval(start=FEBRUARY, end=MARCH)
NAMES = ("prediction_id", "request_key", "version", "variant", "event_time", "served_time", "feature_wind", "score", "decision")  # fmt: skip


@pytest.fixture
def serving(place: Place, once: Once) -> Workspace:
    """A champion of January whose labels come two days late, and February's rows."""
    return once(place, "serving", _serve).ws


def _serve(place: Place) -> None:
    columns = place.ws.spec.columns
    late = columns.model_copy(update={"label": columns.label.model_copy(update={"delay": 2 * DAY})})
    place.ws = replace(place.ws, spec=place.ws.spec.model_copy(update={"columns": late}))
    chain.retrain(place.ws, place.run("first", FEBRUARY))
    promote(place, "first")
    place.land(2)


def predictions(ws: Workspace) -> pa.Table:
    log = PredictionLog(ws.store, ws.model)
    return pa.Table.from_batches([b for partition in log.partitions() for b in log.read(partition, NAMES)])


def labels(ws: Workspace, as_of: datetime) -> pa.Table:
    return pa.concat_tables(LabelLog(ws.store, ws.model).read(MONTH, as_of=as_of))


def test_each_row_of_an_interval_is_answered_once_as_the_package_answers(serving: Workspace) -> None:
    for at in (MARCH, MARCH, MARCH + DAY):  # scoring again, at whatever time, logs nothing that counts
        with frozen(at):
            assert score(serving, MONTH) == 900
    found = predictions(serving)
    assert len(found) == len(set(found["prediction_id"].to_pylist())) == 900
    assert set(found["request_key"].to_pylist()) == {f"2-{i}" for i in range(900)}
    assert set(zip(found["version"].to_pylist(), found["variant"].to_pylist(), strict=True)) == {
        (champion(serving).package.version, "champion")
    }
    scores = found["score"].to_numpy()
    assert found["decision"].to_pylist() == ["1" if value >= 0.5 else "0" for value in scores]
    assert 0 < np.corrcoef(scores, found["feature_wind"].to_numpy())[0, 1] < 1
    partitions = PredictionLog(serving.store, "small").partitions()
    assert Counter(p.interval.end - p.interval.start for p in partitions) == {DAY: 28}
    with pytest.raises(DataError, match="none of them is complete"):
        score(serving, Interval(start=MARCH, end=MARCH + DAY))


def test_labels_of_predictions_are_logged_when_they_are_due(serving: Workspace) -> None:
    assert land_labels(serving, MONTH, MARCH + 2 * DAY) == 0, "nothing was predicted"
    score(serving, MONTH)
    assert land_labels(serving, MONTH, FEBRUARY + DAY) == 0
    early = [land_labels(serving, MONTH, MARCH) for _ in range(2)]
    known = labels(serving, MARCH)
    due = sum(at < MARCH - 2 * DAY for at in predictions(serving)["event_time"].to_pylist())
    assert early == [due, due]
    assert len(known) == due < 900
    late = [o - e for o, e in zip(known["observed_time"].to_pylist(), known["event_time"].to_pylist(), strict=True)]
    assert set(late) == {2 * DAY}
    assert land_labels(serving, MONTH, MARCH + 2 * DAY) == 900
    every = labels(serving, MARCH + 2 * DAY).select(["prediction_id", "value"])
    joined = predictions(serving).select(["prediction_id", "score"]).join(every, "prediction_id", join_type="inner")
    value, scores = joined["value"].to_numpy(), joined["score"].to_numpy()
    assert set(value) == {0.0, 1.0}
    assert scores[value == 1].mean() > scores[value == 0].mean() + 0.2


def test_raw_labels_that_change_or_come_late_are_news_and_what_was_known_stays(serving: Workspace) -> None:
    whole = raw(serving)
    score(serving, MONTH)
    gone = np.isin(np.arange(900), [3, 4])
    land(serving, whole.filter(pa.array(~gone)))
    due, later = MARCH + 2 * DAY, MARCH + 5 * DAY
    assert land_labels(serving, MONTH, due) == 898
    first, keys = values(serving, due), files(serving)
    flipped = whole["late"].to_numpy().copy()
    flipped[:10] = 1 - flipped[:10]  # some from 1 to 0, some from 0 to 1
    land(serving, whole.set_column(whole.schema.get_field_index("late"), "late", pa.array(flipped)))
    assert [land_labels(serving, MONTH, later) for _ in range(2)] == [900, 900]
    assert values(serving, later - DAY / 2) == first, "a report made again does not know what came later"
    now = values(serving, later)
    assert [now[f"2-{i}"] for i in range(900)] == flipped.tolist()
    known = labels(serving, later)
    assert Counter(known["correction"].to_pylist()) == {0: 892, 1: 8}
    assert known["observed_time"].to_pylist().count(later) == 10
    assert len(files(serving)) == len(keys) + 1, "nothing is logged that was known, and the same again changes nothing"
    land(serving, whole)
    land_labels(serving, MONTH, later + DAY)
    now = values(serving, later + DAY)
    assert [now[f"2-{i}"] for i in range(900)] == whole["late"].to_pylist()


def test_labels_that_fall_due_on_the_way_through_a_day_are_not_late(serving: Workspace) -> None:
    score(serving, MONTH)
    landed = [land_labels(serving, MONTH, MARCH + timedelta(hours=hours)) for hours in (6, 18)]
    assert landed[0] < landed[1] < 900
    known = labels(serving, MARCH + DAY)
    late = [o - e for o, e in zip(known["observed_time"].to_pylist(), known["event_time"].to_pylist(), strict=True)]
    assert set(late) == {2 * DAY}


def raw(ws: Workspace) -> pa.Table:
    return pq.read_table(io.BytesIO(ws.store.get(key_of(ws))))


def land(ws: Workspace, table: pa.Table) -> None:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    ws.store.put(key_of(ws), buffer.getvalue())


def key_of(ws: Workspace) -> str:
    (info,) = ws.store.list("small/raw/start=2013-02-01/")
    return info.key


def files(ws: Workspace) -> set[str]:
    return {info.key for info in ws.store.list("small/labels/")}


def values(ws: Workspace, as_of: datetime) -> dict[str, float]:
    """The labels known at a time, by the keys of their rows."""
    asked = predictions(ws).select(["prediction_id", "request_key"])
    joined = asked.join(labels(ws, as_of).select(["prediction_id", "value"]), "prediction_id", join_type="inner")
    return dict(zip(joined["request_key"].to_pylist(), joined["value"].to_pylist(), strict=True))


def test_without_a_champion_nobody_answers(place: Place) -> None:
    with pytest.raises(RunError, match="small: there is no champion yet"):
        score(place.ws, MONTH)
