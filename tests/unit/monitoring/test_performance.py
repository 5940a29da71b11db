"""Served predictions held against labels that come late, are corrected, or do not come at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score
from tests.unit.monitoring.scored import calibration, scored
from tests.unit.stores.logged import MONDAY, labels, predictions, spec_of

from evergreen.core.settings import settings
from evergreen.monitoring.performance import UNCALIBRATED, due, performance
from evergreen.records.interval import Interval
from evergreen.records.performance import PerformanceReport
from evergreen.spec.model import ModelSpec
from evergreen.stores.labels import LabelLog
from evergreen.stores.memory import MemoryStore
from evergreen.stores.predictions import PredictionLog

DAY = timedelta(days=1)
SPEC = spec_of(monitoring={"window": "14d"}, slices={"columns": [{"column": "carrier"}, {"column": "plane"}]})
PER_DAY = 50


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def at(day: float) -> datetime:
    return MONDAY + day * DAY


class World:
    """Served days of scores and labels whose truth is known."""

    def __init__(self, days: int = 15, *, spec: ModelSpec = SPEC, **changes: Any) -> None:
        self.spec = spec
        self.log, self.labels = PredictionLog(MemoryStore(), "small"), LabelLog(MemoryStore(), "small")
        self.truth, self.scores, _ = scored(np.random.default_rng(6), days, rows=PER_DAY, **changes)
        self.times = [MONDAY + i * DAY / PER_DAY for i in range(days * PER_DAY)]
        self.ids = [f"p{i}" for i in range(len(self.times))]
        rows = predictions(
            len(self.ids), step=DAY / PER_DAY, score=self.scores, context_plane=pa.nulls(len(self.ids), pa.string())
        )
        self.log.append(spec, rows, per="day")

    def learn(self, rows: slice = slice(None), **columns: Any) -> None:
        values = self.truth[rows].astype(np.float64).tolist()
        self.labels.append(self.spec, labels(self.ids[rows], self.times[rows], values, **columns))

    def report(self, end: float = 15, *, as_of: float | None = None, **more: Any) -> PerformanceReport:
        window = Interval(start=at(end - 14), end=at(end))
        moment = at(end if as_of is None else as_of)
        return performance(self.spec, self.log, self.labels, version=3, window=window, as_of=moment, **more)


@pytest.mark.parametrize(
    ("end", "as_of", "days"), [(15, 15, 14), (15, 16, 15), (15, 15.5, 14), (15, 40, 15), (3, 3, 2)]
)
def test_the_newest_window_whose_labels_are_due(end: float, as_of: float, days: float) -> None:
    window = Interval(start=at(end - 14), end=at(end))
    assert due(SPEC, window, at(as_of)) == Interval(start=at(days - 14), end=at(days))


def test_metrics_are_those_of_the_labelled_rows() -> None:
    world = World()
    world.learn()
    found = world.report()
    rows = slice(0, 14 * PER_DAY)
    assert (found.window, found.rows, found.labelled, found.units) == (Interval(start=at(0), end=at(14)), 700, 700, 14)
    area = found.metric("roc_auc")
    assert area is not None
    assert area.value == pytest.approx(roc_auc_score(world.truth[rows], world.scores[rows]))
    assert area.low is not None
    assert area.low < area.value
    assert "14 units of day" in area.method
    assert found.metric("accuracy") is not None
    assert found.metric("accuracy").value == pytest.approx(accuracy_score(world.truth[rows], world.scores[rows] >= 0.5))  # type: ignore[union-attr]
    assert (found.reason, found.unestimated, found.kind) == ("", UNCALIBRATED, "")


def test_only_what_is_known_at_the_time_counts() -> None:
    world = World()
    world.learn(slice(0, 600), after=DAY)
    world.learn(slice(600, 700), after=5 * DAY)
    wrong = pa.array(1 - world.truth[:40], pa.float64())
    world.labels.append(
        SPEC, labels(world.ids[:40], world.times[:40], wrong, after=18 * DAY, correction=pa.array([1] * 40, pa.int32()))
    )
    early, late = world.report(), world.report(as_of=40)
    assert (early.rows, early.labelled, early.corrected) == (700, 600, 0)
    assert (early.lag_median, early.lag_high) == (86_400, 86_400)
    assert (late.window, late.rows, late.labelled) == (Interval(start=at(1), end=at(15)), 700, 650)
    world.learn(slice(700, 750))
    whole = performance(
        SPEC, world.log, world.labels, version=3, window=Interval(start=at(0), end=at(14)), as_of=at(40)
    )
    assert (whole.labelled, whole.corrected, whole.lag_high) == (700, 40, 5 * 86_400)
    rows, truth = slice(0, 700), world.truth.copy()
    truth[:40] = 1 - truth[:40]
    assert whole.metric("roc_auc").value == pytest.approx(roc_auc_score(truth[rows], world.scores[rows]))  # type: ignore[union-attr]


def test_the_lag_is_that_of_first_labels_corrected_or_not() -> None:
    world = World()
    world.learn(after=DAY)
    world.learn(after=1.5 * DAY, correction=pa.array([1] * 750, pa.int32()))
    found = world.report(as_of=16.5)
    assert (found.corrected, found.lag_median, found.lag_high) == (700, 86_400, 86_400)


def test_what_others_answered_is_not_this_versions() -> None:
    world = World()
    world.learn()
    for version, variant in ((4, "champion"), (3, "shadow")):
        more = predictions(700, step=DAY / PER_DAY, prediction_id=[f"x{version}{i}" for i in range(700)],
                           version=pa.array([version] * 700, pa.int32()), variant=[variant] * 700, context_plane=["a"] * 700)  # fmt: skip
        world.log.append(SPEC, more, per="day")
    assert world.report().rows == 700


def test_too_few_labels_are_said() -> None:
    world = World()
    world.learn(slice(0, 80))
    found = world.report(calibration=calibration())
    assert (found.measured, found.slices, found.disparities, found.past) == ((), (), (), ())
    assert "80 labelled rows" in found.reason
    assert len(found.estimated) == 4
    empty = World(1).report(40, calibration=calibration())
    assert (empty.rows, empty.units, empty.lag_median, empty.estimated) == (0, 0, None, ())
    assert empty.unestimated == "0 predictions; at least 100 are needed (training.split.min_rows)."


def test_units_of_another_kind_than_the_calibrations_give_no_estimate() -> None:
    world = World()
    world.learn()
    found = world.report(calibration=replace(calibration(), unit="customer"))
    assert (found.estimated, found.past, found.kind) == ((), (), "")
    assert found.unestimated.startswith(
        "The units of the window are of day, those of the calibration of customer: how far"
    )
    assert found.measured


def test_slices_and_groups_of_what_was_served() -> None:
    world = World()
    world.learn()
    found = world.report()
    assert {s.name for s in found.slices} == {"carrier = AA", "carrier = DL", "carrier = UA", "plane"}
    assert {s.name: s.reason for s in found.slices}[
        "plane"
    ] == "the prediction log has no plane: callers do not give it."
    assert all(s.challenger is not None and s.difference is None for s in found.slices if s.name != "plane")
    assert {(d.column, d.estimate is not None) for d in found.disparities} == {("airport", True)}
    assert len(found.disparities) == 3


def test_a_column_that_is_not_served_cannot_be_watched() -> None:
    world = World()
    world.learn()
    columns = SPEC.columns.model_dump(mode="json") | {"sensitive": ["gender"]}
    world.spec = spec_of(columns=columns, monitoring={"window": "14d"})
    found = world.report()
    assert {(d.column, d.reason) for d in found.disparities} == {
        ("gender", "the prediction log has no gender: callers do not give it.")
    }


def test_earlier_estimates_meet_their_truth() -> None:
    world, made = World(18), calibration()
    world.learn()
    reports: list[PerformanceReport] = []
    for day in (15, 16, 17):
        reports.append(world.report(day, calibration=made, earlier=reports[-1:]))
    last = reports[-1]
    assert [p.window.end for p in last.past if p.expected.metric == "roc_auc"] == [at(14), at(15), at(16)]
    said = reports[1].expected("roc_auc")
    came = next(p.expected for p in last.past if p.window.end == at(16) and p.expected.metric == "roc_auc")
    assert came.estimate == said
    assert came.truth == last.metric("roc_auc").value  # type: ignore[union-attr]
    in_time = [bool(p.expected.held) for p in last.past if p.window.end > at(14)]
    assert last.coverage == np.mean(in_time)
    assert PerformanceReport.from_json(last.to_json()) == last


def test_an_estimate_that_is_made_when_the_truth_is_known_held_nothing() -> None:
    world, made = World(20), calibration()
    world.learn()
    said, again = world.report(15, calibration=made), world.report(18, as_of=16, calibration=made)
    assert said.coverage is None
    alone, both = (
        world.report(17, as_of=16, calibration=made, earlier=earlier) for earlier in ((again,), (said, again))
    )
    assert alone.window == both.window == Interval(start=at(1), end=at(15))
    late, came = (next(p.expected for p in one.past if p.window == one.window) for one in (alone, both))
    assert (late.estimate.low, late.estimate.high, late.held, alone.coverage) == (None, None, None, None)
    assert late.estimate.method.endswith(", made when the labels had come")
    assert late.truth == came.truth
    assert came.estimate == said.expected("roc_auc")
    assert both.coverage is not None


def test_the_truth_of_a_past_window_is_measured_again_with_corrected_labels() -> None:
    world, made = World(30), calibration()
    world.learn()
    first = world.report(15, calibration=made)
    rows = slice(0, 700)
    turned = np.where(np.arange(700) < 400, 1 - world.truth[rows], world.truth[rows])
    wrong = pa.array([1] * 400, pa.int32())
    world.labels.append(SPEC, labels(world.ids[:400], world.times[:400], turned[:400].astype(float).tolist(), after=17 * DAY, correction=wrong))  # fmt: skip
    later, apart = (world.report(end, calibration=made, earlier=[first]) for end in (28, 29))
    was, kept, now = (
        {p.expected.metric: p.expected for p in one.past if p.window == first.window} for one in (first, later, apart)
    )
    assert kept == was, "the window that is due shares a day with it"
    assert now["roc_auc"].truth == pytest.approx(roc_auc_score(turned, world.scores[rows]))
    assert now["accuracy"].truth == pytest.approx(accuracy_score(turned, world.scores[rows] >= 0.5))
    assert {name: e.estimate for name, e in now.items()} == {name: e.estimate for name, e in was.items()}


@pytest.mark.parametrize(("changes", "kind"), [({}, ""), ({"slope": 0.2}, "concept"), ({"shift": 0.7}, "data")])
def test_it_says_what_changed(changes: dict[str, Any], kind: str) -> None:
    world = World(**changes)
    world.learn()
    assert world.report(calibration=calibration()).kind == kind


def test_a_regression_says_that_it_has_no_estimate() -> None:
    columns = SPEC.columns.model_dump(mode="json") | {"label": {"column": "minutes", "delay": "1d"}, "sensitive": []}
    spec = spec_of(task="regression", columns=columns, gates=[{"rule": "maximum", "metric": "rmse", "at_most": 9}])
    log, truth = PredictionLog(MemoryStore(), "small"), LabelLog(MemoryStore(), "small")
    rows = predictions(750, step=DAY / PER_DAY, decision=pa.nulls(750, pa.string()))
    log.append(spec, rows.drop_columns(["context_airport"]), per="day")
    truth.append(
        spec,
        labels(
            rows["prediction_id"].to_pylist(), rows["event_time"].to_pylist(), (rows["score"].to_numpy() + 0.5).tolist()
        ),
    )
    made = replace(calibration(), curves=(), checked=(), reason="no confidence")
    found = performance(
        spec, log, truth, version=3, window=Interval(start=at(1), end=at(15)), as_of=at(15), calibration=made
    )  # fmt: skip
    assert found.metric("rmse") is not None
    assert found.metric("rmse").value == pytest.approx(0.5)  # type: ignore[union-attr]
    assert (found.estimated, found.unestimated) == ((), "no confidence")


def test_a_multiclass_model_is_measured_by_the_classes_of_its_files() -> None:
    columns = SPEC.columns.model_dump(mode="json") | {"label": {"column": "kind", "delay": "1d"}, "sensitive": []}
    spec = spec_of(
        task="multiclass", columns=columns, gates=[{"rule": "minimum", "metric": "accuracy", "at_least": 0.1}]
    )
    log, truth = PredictionLog(MemoryStore(), "small"), LabelLog(MemoryStore(), "small")
    chances = np.random.default_rng(0).dirichlet([1, 1], 750)
    names = np.array(["late", "early"])[chances.argmax(axis=1)]
    rows = predictions(750, step=DAY / PER_DAY, scores=list(chances), score=chances.max(axis=1), decision=names)
    log.append(spec, rows.drop_columns(["context_airport"]), classes=("late", "early"), per="day")
    came = np.where(np.arange(750) % 10 == 0, "lost", names)
    truth.append(spec, labels(rows["prediction_id"].to_pylist(), rows["event_time"].to_pylist(), came.tolist()))
    found = performance(spec, log, truth, version=3, window=Interval(start=at(0), end=at(14)), as_of=at(15))
    assert found.metric("accuracy") is not None
    assert found.metric("accuracy").value == pytest.approx(0.9)  # type: ignore[union-attr]
    nothing = performance(spec, log, truth, version=3, window=Interval(start=at(60), end=at(74)), as_of=at(75))
    assert (nothing.rows, nothing.labelled, nothing.measured) == (0, 0, ())
    assert "0 labelled rows" in nothing.reason
