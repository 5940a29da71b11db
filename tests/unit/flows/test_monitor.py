"""A champion is looked at, step by step: what is due, what is found, and what that leads to, once."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evergreen.core.clock import frozen
from evergreen.flows import chain, monitor, release, score
from evergreen.flows.champion import Champion, champion_of
from evergreen.flows.looks import folder_of, newest_key, read_drift, read_newest, read_performance
from evergreen.flows.windows import Windows
from evergreen.flows.workspace import Workspace
from evergreen.records.interval import Interval
from evergreen.records.monitor import MonitorReport
from evergreen.records.report import Outcome
from evergreen.stores.memory import MemoryStore
from evergreen.stores.predictions import PredictionLog

from .conftest import Place

FEBRUARY, MARCH, APRIL = (datetime(2013, month, 1, tzinfo=UTC) for month in (2, 3, 4))
DAY = timedelta(days=1)
WATCH: dict[str, Any] = {
    "window": "7d",
    "drift": {"min_rows": 50, "min_units": 5},
    "rules": [{"rule": "drift", "above": 0.2, "then": "retrain", "windows": {"fired": 2, "of": 3}}],
    "retraining": {"cooldown": "7d", "min_new_labels": 0.1},
}


@pytest.fixture
def watched(place: Place) -> Place:
    """A champion of January, and February's rows landed with the wind of another world."""
    spec = place.ws.spec
    content = spec.model_dump() | {"monitoring": WATCH}
    place.ws = replace(place.ws, spec=spec.model_validate(content))
    assert chain.retrain(place.ws, place.run("first", FEBRUARY)).outcome is Outcome.CHALLENGER
    release.approve(place.ws, "first")
    release.release(place.ws, "first")
    release.promote(place.ws, "first")
    return place


def serve(ws: Workspace, first: datetime, last: datetime, *, labels: bool = True) -> None:
    interval = Interval(start=first, end=last)
    with frozen(last):
        score.score(ws, interval)
        if labels:
            score.land_labels(ws, interval, last)


def look(ws: Workspace, until: datetime) -> MonitorReport | str:
    for step in (monitor.profile, monitor.drift, monitor.performance):
        step(ws, until)
    return monitor.decide(ws, until)


def test_without_predictions_nothing_is_due(watched: Place) -> None:
    done = monitor.profile(watched.ws, FEBRUARY)
    assert (done.as_of, done.reason) == ((), "Nothing was predicted yet.")
    assert monitor.decide(watched.ws, FEBRUARY) == "Nothing was predicted yet."


def test_a_model_without_a_champion_says_so(place: Place) -> None:
    assert monitor.profile(place.ws, FEBRUARY).reason == "There is no champion yet."


def test_a_month_like_the_one_before_asks_for_nothing(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    report = look(watched.ws, FEBRUARY + 20 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.as_of == FEBRUARY + 20 * DAY
    assert report.decision.action == "none"
    assert report.drift is not None
    assert report.performance is not None
    drift, performance = (
        read_drift(watched.ws.store, report.drift),
        read_performance(watched.ws.store, report.performance),
    )
    assert drift.enough
    assert drift.rows == pytest.approx(7 * 900 / 28, rel=0.1)
    assert performance.measured[0].metric == "roc_auc"
    assert not watched.ws.journal.state().requests
    assert (
        len([info for info in watched.ws.store.list("small/reports/monitoring/") if info.key.endswith("/monitor.json")])
        == 20
    )


def test_a_repeated_look_finds_that_nothing_is_due(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    first = look(watched.ws, FEBRUARY + 9 * DAY)
    before = objects(watched.ws.store)
    assert look(watched.ws, FEBRUARY + 9 * DAY + timedelta(hours=23)) == "No report is due."
    assert objects(watched.ws.store) == before
    assert read_newest(watched.ws.store, "small") == first


def objects(store: Any) -> dict[str, str]:
    assert isinstance(store, MemoryStore)
    return {info.key: info.etag for info in store.list("small/")}


def another_world(place: Place) -> None:
    """February's rows with a wind that no January knew."""
    place.land(2)
    store = place.ws.store
    (key,) = [info.key for info in store.list("small/raw/start=2013-02-01/")]
    table = pq.read_table(io.BytesIO(store.get(key)))
    wind = pc.add(table["wind"], 25.0)
    buffer = io.BytesIO()
    pq.write_table(table.set_column(table.schema.get_field_index("wind"), "wind", wind), buffer)
    store.put(key, buffer.getvalue())


def test_drift_that_persists_asks_for_one_retraining(watched: Place) -> None:
    another_world(watched)
    serve(watched.ws, FEBRUARY, MARCH)
    actions = []
    for day in range(6, 12):
        report = look(watched.ws, FEBRUARY + day * DAY)
        assert isinstance(report, MonitorReport)
        actions.append(report.decision.action)
    assert "retrain" in actions
    first = actions.index("retrain")
    assert set(actions[first + 1 :]) == {"alert"}, "the finding stands, and its request is not closed"
    (request_id,) = watched.ws.journal.state().requests
    request = watched.ws.journal.state().requests[request_id].request
    assert request.asked_by == "monitoring"
    assert request.as_of == FEBRUARY + (6 + first) * DAY
    assert "wind" in request.reason
    report = read_newest(watched.ws.store, "small")
    assert report.fired[0].since is not None
    assert f"request {request_id} is not closed yet" in report.decision.reason
    drift = read_drift(watched.ws.store, report.drift or "")
    assert [c.name for c in drift.columns if c.drifts and c.part == "feature"] == ["wind"]


def test_a_missed_week_is_made_up_for_and_only_the_newest_report_acts(watched: Place) -> None:
    another_world(watched)
    serve(watched.ws, FEBRUARY, MARCH)
    report = look(watched.ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.action == "retrain"
    (request_id,) = watched.ws.journal.state().requests
    assert request_id == "monitor-20130215T0000Z-v2"
    missed = MonitorReport.from_json(watched.ws.store.get(folder_of("small", FEBRUARY + 13 * DAY) + "monitor.json"))
    assert missed.decision.action == "alert"
    assert "the newest one decides" in missed.decision.reason


@pytest.mark.parametrize("before", [folder_of("small", FEBRUARY + 14 * DAY) + "monitor.json", newest_key("small")])
def test_killed_before_its_report_was_written_or_noted_it_asks_once(
    watched: Place, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    another_world(watched)
    serve(watched.ws, FEBRUARY, MARCH)
    until = FEBRUARY + 14 * DAY
    for step in (monitor.profile, monitor.drift, monitor.performance):
        step(watched.ws, until)
    put, store = MemoryStore.put, watched.ws.store

    def killed(self: MemoryStore, key: str, data: Any, **more: Any) -> Any:
        if key == before and b"2013-02-15T00:00:00" in data[:200]:
            raise KeyboardInterrupt
        return put(self, key, data, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            monitor.decide(watched.ws, until)
    assert len(watched.ws.journal.state().requests) == 1
    report = monitor.decide(watched.ws, until)
    assert isinstance(report, MonitorReport)
    assert (report.decision.action, report.decision.request_id) == ("retrain", "monitor-20130215T0000Z-v2")
    assert len(watched.ws.journal.state().requests) == 1
    assert store is watched.ws.store


def test_a_file_that_comes_later_has_its_day_counted_anew(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    until = FEBRUARY + 8 * DAY
    champion = champion_of(watched.ws)
    assert isinstance(champion, Champion)
    window = Interval(start=until - 7 * DAY, end=until)
    before = Windows(watched.ws, champion).profile(window)
    again = Windows(watched.ws, champion).profile(window)
    assert (again.rows, again.counts) == (before.rows, before.counts)
    log = PredictionLog(watched.ws.store, "small")
    file = log.partitions(window)[0].files[0]
    late = pq.read_table(log.path(file)).slice(0, 5)
    late = late.set_column(0, "prediction_id", pa.array([f"late-{i}" for i in range(5)]))
    log.append(watched.ws.spec, late, per="day")
    log.append(watched.ws.spec, pq.read_table(log.path(file)).slice(0, 9), per="day")
    assert Windows(watched.ws, champion).profile(window).rows == before.rows + 5, "what is logged twice counts once"


def test_a_classifier_is_asked_where_the_spec_says_so(watched: Place) -> None:
    another_world(watched)
    serve(watched.ws, FEBRUARY, MARCH)
    content = watched.ws.spec.model_dump() | {
        "monitoring": {**WATCH, "drift": {**WATCH["drift"], "domain_classifier": True}}
    }
    ws = replace(watched.ws, spec=watched.ws.spec.model_validate(content))
    found = champion_of(ws)
    assert isinstance(found, Champion)
    told_apart = Windows(ws, found).domain(Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY))
    assert told_apart is not None
    assert told_apart.value > 0.8
    assert Windows(watched.ws, found).domain(Interval(start=FEBRUARY, end=MARCH)) is None
