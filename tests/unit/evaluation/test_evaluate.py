"""Challenger, champion and baseline on the same unseen rows."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.unit.evaluation.conftest import World, against_champion, build_spec, build_split, day, days, with_numeric

from evergreen.evaluation.evaluate import evaluate
from evergreen.features.frame import frame, label
from evergreen.features.packaged import load
from evergreen.features.rows import rows
from evergreen.records.evaluation import Estimate, Evaluation, Role
from evergreen.records.package import ModelPackage
from evergreen.records.verdict import Judgement
from evergreen.spec.metrics import Task, metrics_of
from evergreen.spec.model import ModelSpec

SPLIT = build_split(days(0, 32), days(32, 60))


def judged(world: World, spec: ModelSpec, package: ModelPackage, champion: ModelPackage | None) -> Evaluation:
    return evaluate(spec, package, champion, world.snapshot, SPLIT, world.store, looks=2)


def metric(found: Evaluation, name: str, role: Role) -> Estimate:
    return next(m.estimate for m in found.metrics if m.name == name and m.role == role)


def difference(found: Evaluation, name: str, against: str) -> Estimate:
    return next(d.estimate for d in found.differences if d.metric == name and d.against == against)


def test_a_better_challenger_beats_champion_and_baseline(world: World) -> None:
    spec = build_spec()
    package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 20), numeric=("hour",))
    found = judged(world, spec, package, champion)
    assert (found.comparable, found.reason, found.looks, found.units) == (True, "", 2, 28)
    assert (found.span, found.package, found.champion) == (days(32, 60), package.sha256, champion.sha256)
    assert {(m.name, m.role) for m in found.metrics} == {
        (m.name, r) for m in metrics_of("binary") for r in ("challenger", "champion", "baseline")
    }
    assert (difference(found, "roc_auc", "champion").low or 0) > 0
    assert (difference(found, "brier", "champion").high or 0) < 0
    assert metric(found, "roc_auc", "baseline").value == 0.5
    assert metric(found, "roc_auc", "challenger").method == "DeLong, 28 units of day"
    assert metric(found, "brier", "challenger").method == "Poisson bootstrap, 1000 resamples, 28 units of day"
    assert Evaluation.from_json(found.to_json()) == found
    assert against_champion(spec, found).judgement is Judgement.PASS


def test_the_numbers_are_those_of_the_labelled_test_rows(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    found = judged(world, spec, package, None)
    read = rows(world.store, world.snapshot, days(32, 60), [*spec.columns.features.names, "late"])
    read = read.filter(read["late"].is_valid())
    assert found.rows == len(read) < 28 * 40
    expected = roc_auc_score(label(spec, read), load(world.store, package).scores(read))
    assert metric(found, "roc_auc", "challenger").value == pytest.approx(expected)
    assert {d.against for d in found.differences} == {"baseline"}
    assert found.comparable


def test_it_is_deterministic(world: World) -> None:
    spec = build_spec()
    package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 20))
    assert judged(world, spec, package, champion).digest == judged(world, spec, package, champion).digest


def test_a_worse_challenger_is_refused(world: World) -> None:
    spec = build_spec()
    package, champion = world.fit(spec, days(0, 32), numeric=("hour",)), world.fit(spec, days(0, 20))
    verdict = against_champion(spec, judged(world, spec, package, champion))
    assert verdict.judgement is Judgement.FAIL
    assert "below the champion's" in verdict.sentence


def test_rows_that_the_champion_was_fitted_on_are_left_out_for_all(world: World) -> None:
    spec = build_spec()
    package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 45))
    found = judged(world, spec, package, champion)
    assert (found.span, found.units, found.comparable) == (days(45, 60), 15, True)


def test_rows_that_the_challenger_was_fitted_on_are_left_out(world: World) -> None:
    spec = build_spec()
    found = judged(world, spec, world.fit(spec, days(0, 40)), None)
    assert (found.span, found.units) == (days(40, 60), 20)


@pytest.mark.parametrize(("champion_end", "words"), [(60, "0 labelled rows"), (57, "3 sampling units (day)")])
def test_too_few_shared_rows_are_said_and_are_no_pass(world: World, champion_end: int, words: str) -> None:
    spec = build_spec()
    package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, champion_end))
    found = judged(world, spec, package, champion)
    assert not found.comparable
    assert words in found.reason
    assert f"until {day(champion_end):%Y-%m-%d} 00:00 UTC" in found.reason
    assert (found.span, {m.role for m in found.metrics}) == (days(32, 60), {"challenger", "baseline"})
    verdict = against_champion(spec, found)
    assert verdict.judgement is Judgement.FAIL
    assert words in verdict.sentence


def test_too_few_test_rows_measure_nothing(world: World) -> None:
    spec = build_spec(min_rows=5_000)
    found = judged(world, spec, world.fit(spec, days(0, 32)), None)
    assert (found.comparable, found.metrics, found.differences) == (False, (), ())
    assert "at least 5000 are needed" in found.reason


def test_one_class_measures_nothing(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    label_of = spec.columns.label.model_copy(update={"positive": 7})
    odd = spec.model_copy(update={"columns": spec.columns.model_copy(update={"label": label_of})})
    found = judged(world, odd, package, None)
    assert not found.comparable
    assert "have the same label" in found.reason


def test_the_champion_reads_its_own_features(world: World) -> None:
    spec = build_spec()
    champion = world.fit(spec, days(0, 20))
    slim = with_numeric(spec, ("hour",))
    found = judged(world, slim, world.fit(slim, days(0, 32)), champion)
    assert found.comparable
    assert difference(found, "roc_auc", "champion").value < 0


def test_a_champion_whose_columns_are_gone_is_not_comparable(world: World) -> None:
    spec = build_spec(numeric=("hour",))
    package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 20), numeric=("hour", "load"))
    left = tuple(c for c in world.snapshot.columns if c.name != "load")
    found = judged(World(world.store, replace(world.snapshot, columns=left)), spec, package, champion)
    assert not found.comparable
    assert "columns that the snapshot lacks: load" in found.reason


def test_a_champion_of_another_task_is_not_comparable(world: World) -> None:
    spec = build_spec()
    found = judged(world, spec, world.fit(spec, days(0, 32)), world.fit(build_spec("regression"), days(0, 20)))
    assert not found.comparable
    assert "another question (regression minutes=None)" in found.reason


class TestOtherTasks:
    """One pass each over multiclass and regression, whose metrics have their own tests."""

    @pytest.mark.parametrize("task", ["multiclass", "regression"])
    def test_a_better_challenger_is_better_in_every_metric(self, world: World, task: Task) -> None:
        spec = build_spec(task)
        package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 20), numeric=("hour",))
        found = judged(world, spec, package, champion)
        assert found.comparable
        for info in metrics_of(task):
            if info.name == "ece":  # a baseline that says the shares of the classes is well calibrated
                continue
            for against in ("champion", "baseline"):
                estimate = difference(found, info.name, against)
                assert (estimate.value > 0) == info.larger_is_better
                assert estimate.low is not None
                assert estimate.high is not None
                assert estimate.low <= estimate.value <= estimate.high

    def test_a_class_that_the_champion_never_saw_counts_against_it(self, world: World) -> None:
        spec = build_spec("multiclass")
        package, champion = world.fit(spec, days(0, 32)), world.fit(spec, days(0, 20))
        pipeline = load(world.store, champion).pipeline
        read = rows(world.store, world.snapshot, days(0, 20), [*spec.columns.features.names, "kind"])
        read = read.filter(np.array([v in ("late", "on time") for v in read["kind"].to_pylist()]))
        blind = world.pack(spec, pipeline.fit(frame(spec, read), label(spec, read)), days(0, 20))
        assert load(world.store, blind).classes == ("late", "on time")
        found = judged(world, spec, package, blind)
        assert difference(found, "accuracy", "champion").value > 0


class TestSamplingUnits:
    """What intervals are clustered by."""

    def test_independent_rows_are_too_sure_of_themselves(self, world: World) -> None:
        widths = {}
        for unit in ("day", "none"):
            spec = build_spec(unit=unit)
            estimate = metric(judged(world, spec, world.fit(spec, days(0, 32)), None), "roc_auc", "challenger")
            widths[unit] = (estimate.high or 0) - (estimate.low or 0)
        assert widths["day"] > 1.2 * widths["none"]

    def test_a_column_may_be_the_unit_and_null_is_one_more(self, world: World) -> None:
        spec = build_spec(unit="customer")
        found = judged(world, spec, world.fit(spec, days(0, 32)), None)
        assert found.units == 4
        assert "4 sampling units (customer)" in found.reason


def test_scores_that_are_not_numbers_are_said(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    model = load(world.store, package)
    model.pipeline[-1].coef_[:] = np.nan
    broken = world.pack(spec, model.pipeline, days(0, 31))
    alone = judged(world, spec, broken, package)
    assert not alone.comparable
    assert "The challenger cannot be measured" in alone.reason
    assert alone.metrics == ()
    against = judged(world, spec, package, broken)
    assert "The champion cannot be measured" in against.reason
    assert {m.role for m in against.metrics} == {"challenger", "baseline"}
    assert against_champion(spec, against).judgement is Judgement.FAIL
