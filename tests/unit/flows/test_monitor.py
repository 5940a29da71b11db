"""A champion is looked at, step by step: what is due, what is found, and what that leads to, once."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evergreen.core.clock import frozen, now
from evergreen.core.errors import RunError
from evergreen.flows import chain, monitor, score
from evergreen.flows.champion import Champion, champion_of
from evergreen.flows.looks import DRIFT, PERFORMANCE, folder_of, newest_key, read_drift, read_newest, read_performance
from evergreen.flows.requests import ask
from evergreen.flows.windows import Windows
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.monitoring.decide import decide as decided
from evergreen.records.interval import Interval
from evergreen.records.monitor import MonitorReport
from evergreen.records.report import Outcome
from evergreen.stores.memory import MemoryStore
from evergreen.stores.predictions import PredictionLog

from .conftest import Once, Place, promote

FEBRUARY, MARCH, APRIL = (datetime(2013, month, 1, tzinfo=UTC) for month in (2, 3, 4))
DAY = timedelta(days=1)
WATCH: dict[str, Any] = {
    "window": "7d",
    "drift": {"min_rows": 50, "min_units": 5},
    "rules": [{"rule": "drift", "above": 0.2, "then": "retrain", "windows": {"fired": 2, "of": 3}}],
    "retraining": {"cooldown": "7d", "min_new_labels": 0.1, "min_growth": 1.0},
}


@pytest.fixture
def watched(place: Place, once: Once) -> Place:
    """A champion of January."""
    return once(place, "watched", _watch)


@pytest.fixture
def drifted(watched: Place, once: Once) -> Place:
    """It has answered February's rows, which have the wind of another world."""

    def blow(place: Place) -> None:
        another_world(place)
        serve(place.ws, FEBRUARY, MARCH)

    return once(watched, "drifted", blow)


@pytest.fixture
def half_looked(drifted: Place, once: Once) -> Place:
    """Two weeks of it are counted and measured, and nothing is decided yet."""

    def measure(place: Place) -> None:
        for step in (monitor.profile, monitor.drift, monitor.performance):
            step(place.ws, FEBRUARY + 14 * DAY)

    return once(drifted, "half looked", measure)


def _watch(place: Place) -> None:
    spec = place.ws.spec
    content = spec.model_dump() | {"monitoring": WATCH}
    place.ws = replace(place.ws, spec=spec.model_validate(content))
    assert chain.retrain(place.ws, place.run("first", FEBRUARY)).outcome is Outcome.CHALLENGER
    promote(place, "first")


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
    report = look(watched.ws, FEBRUARY + 10 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.as_of == FEBRUARY + 10 * DAY
    assert report.decision.action == "none"
    assert report.drift is not None
    assert report.performance is not None
    drift, performance = (
        read_drift(watched.ws.store, report.drift),
        read_performance(watched.ws.store, report.performance),
    )
    page = watched.ws.store.get(report.key).decode()
    assert [page.count(f'aria-label="{name}: shares of') for name in ("wind", "prediction", "label")] == [1, 1, 1]
    assert drift.enough
    assert drift.rows == pytest.approx(7 * 900 / 28, rel=0.1)
    assert performance.measured[0].metric == "roc_auc"
    assert not watched.ws.journal.state().requests
    assert (
        len([info for info in watched.ws.store.list("small/reports/monitoring/") if info.key.endswith("/monitor.json")])
        == 10
    )


def test_a_repeated_look_finds_that_nothing_is_due(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    first = look(watched.ws, FEBRUARY + 2 * DAY)
    before, later = objects(watched.ws.store), FEBRUARY + 2 * DAY + timedelta(hours=23)
    assert monitor.profile(watched.ws, later).reason == "No report is due."
    assert monitor.decide(watched.ws, later) == first, "it may have been stopped when the report was noted"
    assert monitor.decide(watched.ws, FEBRUARY + DAY) == "No report is due."
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


def test_drift_that_persists_asks_for_one_retraining(drifted: Place) -> None:
    actions = []
    for day in range(6, 10):
        report = look(drifted.ws, FEBRUARY + day * DAY)
        assert isinstance(report, MonitorReport)
        actions.append(report.decision.action)
    assert "retrain" in actions
    first = actions.index("retrain")
    assert set(actions[first + 1 :]) == {"alert"}, "the finding stands, and its request is not closed"
    (request_id,) = drifted.ws.journal.state().requests
    request = drifted.ws.journal.state().requests[request_id].request
    assert request.asked_by == "monitoring"
    assert request.as_of == FEBRUARY + (6 + first) * DAY
    assert "wind" in request.reason
    report = read_newest(drifted.ws.store, "small")
    assert report.fired[0].since is not None
    assert f"request {request_id} is not closed yet" in report.decision.reason
    drift = read_drift(drifted.ws.store, report.drift or "")
    assert [c.name for c in drift.columns if c.drifts and c.part == "feature"] == ["wind"]


def test_a_missed_week_is_made_up_for_and_only_the_newest_report_acts(half_looked: Place) -> None:
    report = monitor.decide(half_looked.ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.action == "retrain"
    (request_id,) = half_looked.ws.journal.state().requests
    assert request_id == "monitor-20130215T0000Z-v2"
    missed = MonitorReport.from_json(half_looked.ws.store.get(folder_of("small", FEBRUARY + 13 * DAY) + "monitor.json"))
    assert missed.decision.action == "alert"
    assert "the newest one decides" in missed.decision.reason
    drift, performance = read_drift(half_looked.ws.store, report.drift or ""), report.performance or ""
    wind = drift.column("wind")
    assert wind is not None
    assert wind.since is not None
    assert wind.since < drift.window.start, "the windows before it that are made up for in the same run count"
    assert len({p.window for p in read_performance(half_looked.ws.store, performance).past}) > 1


def test_what_was_said_is_found_however_late_its_labels_are(watched: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "EARLIER", 2)
    columns = watched.ws.spec.columns
    late = columns.model_copy(update={"label": columns.label.model_copy(update={"delay": 5 * DAY})})
    ws = replace(watched.ws, spec=watched.ws.spec.model_copy(update={"columns": late}))
    watched.land(2)
    serve(ws, FEBRUARY, MARCH)
    monitor.performance(ws, FEBRUARY + 14 * DAY)
    said, came = (
        read_performance(ws.store, folder_of("small", FEBRUARY + days * DAY) + "performance.json") for days in (9, 14)
    )
    assert said.current == came.window
    assert [p.expected.estimate for p in came.past if p.window == came.window] == [e.estimate for e in said.estimated]
    assert said.estimated


def test_without_an_estimate_drift_tells_the_cause(drifted: Place) -> None:
    champion = champion_of(drifted.ws)
    assert isinstance(champion, Champion)
    silent = replace(champion.calibration, curves=(), checked=(), reason="It says nothing of its error.")
    drifted.ws.store.put(champion.watched.calibration, silent.to_json())
    for step in (monitor.drift, monitor.performance):
        step(drifted.ws, FEBRUARY + 10 * DAY)
    found = read_performance(drifted.ws.store, folder_of("small", FEBRUARY + 10 * DAY) + "performance.json")
    assert (found.estimated, found.kind) == ((), "data")


def test_a_rule_on_the_ks_statistic_between_its_bounds_is_decided_by_the_exact_one(half_looked: Place) -> None:
    until, store = FEBRUARY + 14 * DAY, half_looked.ws.store
    key = folder_of("small", until) + "drift.json"
    found = read_drift(store, key).column("wind")
    assert found is not None
    assert found.ks_low is not None
    assert found.ks_high is not None
    assert found.ks_low < found.ks_high
    rule = {"rule": "column_drift", "column": "wind", "statistic": "ks", "above": found.ks_low}
    content = half_looked.ws.spec.model_dump() | {"monitoring": {**WATCH, "rules": [rule]}}
    store.delete(key)
    ws = replace(half_looked.ws, spec=half_looked.ws.spec.model_validate(content))
    monitor.drift(ws, until)
    done = read_drift(store, key).column("wind")
    assert done is not None
    assert done.ks_low == done.ks_high == done.proven["ks"]
    assert found.ks_low <= (done.ks_low or 0.0) <= found.ks_high


def test_a_rule_looks_back_as_far_as_it_says(half_looked: Place) -> None:
    rule = {**WATCH["rules"][0], "windows": {"fired": 35, "of": 40}}
    content = half_looked.ws.spec.model_dump() | {"monitoring": {**WATCH, "rules": [rule]}}
    ws, until = replace(half_looked.ws, spec=half_looked.ws.spec.model_validate(content)), FEBRUARY + 14 * DAY
    report = monitor.decide(ws, until)
    assert isinstance(report, MonitorReport)
    assert not report.fired
    for day in range(40, 0, -1):
        earlier = replace(report, as_of=until - day * DAY).to_json()
        ws.store.put(folder_of("small", until - day * DAY) + "monitor.json", earlier)
        ws.store.put(newest_key("small"), earlier)
    report = monitor.decide(ws, until)
    assert isinstance(report, MonitorReport)
    assert "It held in 40 of the last 40 reports." in report.fired[0].sentence


def test_what_a_run_makes_of_more_than_it_can_leads_to_nothing(
    half_looked: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "MOST", 9)
    report = monitor.decide(half_looked.ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.as_of == FEBRUARY + 9 * DAY
    assert report.decision.action == "alert"
    assert "the newest one decides" in report.decision.reason
    report = monitor.decide(half_looked.ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.request_id == "monitor-20130215T0000Z-v2"


def test_growth_is_counted_for_the_newest_report_alone(half_looked: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[datetime] = []
    features = Windows.features

    def noted(self: Windows, window: Interval) -> Any:
        counted.append(window.start)
        return features(self, window)

    monkeypatch.setattr(Windows, "features", noted)
    monkeypatch.setattr(Windows, "profile", lambda *_: None)
    monkeypatch.setattr("evergreen.flows.look.page", lambda *_: b"")
    monitor.decide(half_looked.ws, FEBRUARY + 14 * DAY)
    assert counted == [FEBRUARY, FEBRUARY + 7 * DAY], "since the training, and the window"


def test_before_its_own_labels_are_due_a_new_champion_has_those_of_the_one_before(
    half_looked: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [{"rule": "age", "above": "1d", "then": "retrain"}]
    content = half_looked.ws.spec.model_dump() | {"monitoring": {**WATCH, "rules": rules}}
    ws = replace(half_looked.ws, spec=half_looked.ws.spec.model_validate(content))
    old = champion_of(ws)
    assert isinstance(old, Champion)
    new = replace(old, standing=replace(old.standing, version=3))
    monkeypatch.setattr(monitor, "champion_of", lambda _: new)
    report = monitor.decide(ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert read_performance(ws.store, report.performance or "").rows == 0
    assert (report.version, report.decision.action) == (3, "retrain"), report.decision.reason


def test_drift_waits_until_much_is_known_of_the_rows_that_come_now(half_looked: Place) -> None:
    retraining = {**WATCH["retraining"], "min_growth": 1_000}
    content = half_looked.ws.spec.model_dump() | {"monitoring": {**WATCH, "retraining": retraining}}
    ws = replace(half_looked.ws, spec=half_looked.ws.spec.model_validate(content))
    report = monitor.decide(ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.action == "alert"
    assert "No retraining now: labelled rows like those of the window have grown by" in report.decision.reason
    assert "in wind, where they grew most; 100000% is asked for." in report.decision.reason
    assert not ws.journal.state().requests


@pytest.mark.parametrize(
    ("writes", "before"),
    [("put", folder_of("small", FEBRUARY + 14 * DAY) + "monitor.json"), ("replace", newest_key("small"))],
)
def test_killed_before_its_report_was_written_or_noted_it_asks_once(
    half_looked: Place, monkeypatch: pytest.MonkeyPatch, writes: str, before: str
) -> None:
    until, write, store = FEBRUARY + 14 * DAY, getattr(MemoryStore, writes), half_looked.ws.store

    def killed(self: MemoryStore, key: str, data: Any, **more: Any) -> Any:
        if key == before and b"2013-02-15T00:00:00" in data[:200]:
            raise KeyboardInterrupt
        return write(self, key, data, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, writes, killed)
        with pytest.raises(KeyboardInterrupt):
            monitor.decide(half_looked.ws, until)
    assert len(half_looked.ws.journal.state().requests) == 1
    report = monitor.decide(half_looked.ws, until)
    assert isinstance(report, MonitorReport)
    assert (report.decision.action, report.decision.request_id) == ("retrain", "monitor-20130215T0000Z-v2")
    assert len(half_looked.ws.journal.state().requests) == 1
    assert store is half_looked.ws.store


def test_who_asks_at_the_same_moment_is_not_asked_beside(half_looked: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = half_looked.ws
    other = replace(ws, journal=Journal(ws.store, "small"))

    def overtaken(ws: Workspace, **asked: Any) -> Any:
        ask(other, asked_by="ada", reason="it looks stale", request_id="r1")
        return ask(ws, **asked)

    monkeypatch.setattr("evergreen.flows.look.ask", overtaken)
    report = monitor.decide(ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.action == "alert"
    assert "No retraining now: small: request r1 is not closed yet." in report.decision.reason
    assert list(ws.journal.state().requests) == ["r1"]


def test_of_two_runs_at_once_the_older_one_asks_for_nothing_and_is_not_noted(half_looked: Place) -> None:
    ws, until = half_looked.ws, FEBRUARY + 14 * DAY
    slow = replace(ws, journal=Journal(ws.store, "small"))
    with pytest.MonkeyPatch.context() as patch:

        def overtaken(*given: Any) -> Any:
            patch.setattr("evergreen.flows.look.decided", decided)
            monitor.decide(ws, until)
            return decided(*given)

        patch.setattr("evergreen.flows.look.decided", overtaken)
        monitor.decide(slow, until - DAY)
    assert list(ws.journal.state().requests) == ["monitor-20130215T0000Z-v2"]
    assert read_newest(ws.store, "small").as_of == until


def test_what_another_version_was_compared_with_is_compared_anew(half_looked: Place) -> None:
    ws, folder = half_looked.ws, folder_of("small", FEBRUARY + 14 * DAY)
    drift, performance = read_drift(ws.store, folder + DRIFT), read_performance(ws.store, folder + PERFORMANCE)
    ws.store.put(folder + DRIFT, replace(drift, version=1).to_json())
    ws.store.put(folder + PERFORMANCE, replace(performance, version=1).to_json())
    report = monitor.decide(ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.rows == drift.rows > 0
    assert read_drift(ws.store, folder + DRIFT) == drift
    assert read_performance(ws.store, folder + PERFORMANCE) == performance


def test_a_time_that_has_not_come_is_refused(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    with frozen(FEBRUARY + DAY), pytest.raises(RunError, match="as of 2013-02-03 00:00 UTC, which has not come yet"):
        monitor.profile(watched.ws, FEBRUARY + 2 * DAY + timedelta(hours=6))
    with frozen(FEBRUARY + DAY):
        assert monitor.profile(watched.ws, FEBRUARY + DAY + timedelta(hours=6)).as_of == (FEBRUARY + DAY,)


def test_another_step_keeps_to_its_own_grid(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    content = watched.ws.spec.model_dump() | {"monitoring": {**WATCH, "every": "6h"}}
    often = replace(watched.ws, spec=watched.ws.spec.model_validate(content))
    look(often, FEBRUARY + timedelta(hours=19))
    assert read_newest(often.store, "small").as_of == FEBRUARY + timedelta(hours=18)
    assert monitor.profile(watched.ws, FEBRUARY + 2 * DAY).as_of == (FEBRUARY + DAY, FEBRUARY + 2 * DAY)


def test_a_file_that_comes_later_has_its_day_counted_anew(watched: Place) -> None:
    watched.land(2)
    serve(watched.ws, FEBRUARY, MARCH)
    until = FEBRUARY + 8 * DAY
    champion = champion_of(watched.ws)
    assert isinstance(champion, Champion)
    window = Interval(start=until - 7 * DAY, end=until)
    before = Windows(watched.ws, champion).profile(window)
    log = PredictionLog(watched.ws.store, "small")
    file = log.partitions(window)[0].files[0]
    late = pq.read_table(log.path(file)).slice(0, 5)
    late = late.set_column(0, "prediction_id", pa.array([f"late-{i}" for i in range(5)]))
    log.append(watched.ws.spec, late, per="day")
    log.append(watched.ws.spec, pq.read_table(log.path(file)).slice(0, 9), per="day")
    assert Windows(watched.ws, champion).profile(window).rows == before.rows + 5, "what is logged twice counts once"


def test_another_sampling_unit_in_the_spec_is_the_next_champions(drifted: Place) -> None:
    content = drifted.ws.spec.model_dump()
    content["training"]["split"]["sampling_unit"] = "carrier"
    ws, until = replace(drifted.ws, spec=drifted.ws.spec.model_validate(content)), FEBRUARY + 8 * DAY
    monitor.drift(ws, until)
    monitor.performance(ws, until)
    found = read_performance(ws.store, folder_of("small", until) + "performance.json")
    assert found.estimated
    assert all("7 units of day" in e.estimate.method for e in found.measured), [
        e.estimate.method for e in found.measured
    ]


def test_a_classifier_is_asked_where_the_spec_says_so(drifted: Place) -> None:
    content = drifted.ws.spec.model_dump() | {
        "monitoring": {**WATCH, "drift": {**WATCH["drift"], "domain_classifier": True}}
    }
    ws = replace(drifted.ws, spec=drifted.ws.spec.model_validate(content))
    found = champion_of(ws)
    assert isinstance(found, Champion)
    told_apart = Windows(ws, found).domain(Interval(start=FEBRUARY, end=FEBRUARY + 7 * DAY))
    assert told_apart is not None
    assert told_apart.value > 0.8
    assert Windows(drifted.ws, found).domain(Interval(start=FEBRUARY, end=MARCH)) is None


def test_where_people_confirm_the_request_waits_for_one_until_silence_is_a_no(half_looked: Place) -> None:
    retraining = {**WATCH["retraining"], "confirm": "required", "confirmers": ["ada", "bob"]}
    content = half_looked.ws.spec.model_dump() | {"monitoring": {**WATCH, "retraining": retraining}}
    ws = replace(half_looked.ws, spec=half_looked.ws.spec.model_validate(content))
    report = monitor.decide(ws, FEBRUARY + 14 * DAY)
    assert isinstance(report, MonitorReport)
    assert report.decision.action == "retrain"
    said = "ada or bob must confirm it, with the cause, in confirm__small, within 3d; silence is a no."
    assert said in report.text
    assert said in ws.store.get(report.key).decode()
    (status,) = ws.journal.state().requests.values()
    assert status.status == "unconfirmed"
    report = look(ws, FEBRUARY + 15 * DAY)
    assert isinstance(report, MonitorReport)
    assert "request monitor-20130215T0000Z-v2 is not closed yet" in report.decision.reason
    with frozen(now() + 5 * DAY):
        report = look(ws, FEBRUARY + 16 * DAY)
    assert isinstance(report, MonitorReport)
    assert "the last request was on 2013-02-15, and the cooldown is 7d" in report.decision.reason
    (status,) = ws.journal.state().requests.values()
    assert (status.status, status.outcome) == ("closed", "not confirmed")
