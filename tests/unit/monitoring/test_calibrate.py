"""What a calibration learns from the test rows of a package, and when it says that it learned nothing."""

import numpy as np
import pytest
from tests.unit.evaluation.conftest import World, build_spec, build_split, days, stored, world  # noqa: F401
from tests.unit.monitoring.scored import blank, calibration, scored

from evergreen.features.packaged import load
from evergreen.measures.holdout import holdout
from evergreen.monitoring.calibrate import NO_CONFIDENCE, calibrate, chances, learned
from evergreen.records.calibration import Calibration
from evergreen.spec.metrics import Task


@pytest.mark.parametrize(("rows", "method"), [(100, "isotonic"), (20, "Platt")])
def test_calibrated_scores_are_as_frequent_as_they_say(rows: int, method: str) -> None:
    made = calibration(rows=rows)
    assert made.method == method
    labels, scores, _ = scored(np.random.default_rng(9), 200)
    found = chances(made.curves, scores)
    assert abs(found.mean() - labels.mean()) < 0.04
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 1)):
        inside = (found >= low) & (found < high)
        assert abs(found[inside].mean() - labels[inside].mean()) < 0.05
    assert abs(scores.mean() - labels.mean()) > 0.08  # as they were


def test_on_its_own_rows_expected_and_measured_agree() -> None:
    for checked in calibration().checked:
        assert abs(checked.measured - checked.expected) < 4 * checked.deviation / np.sqrt(28)


def test_rows_that_share_a_day_say_less() -> None:
    labels, scores, clusters = scored(np.random.default_rng(1), 28, weather=1.0)
    together = learned(blank(28, 2800), "binary", labels, scores, clusters, seed=0)
    alone = type(clusters)(np.arange(2800), 2800, "none")
    apart = learned(blank(2800, 2800), "binary", labels, scores, alone, seed=0)
    each = [next(c.deviation for c in made.checked if c.metric == "log_loss") for made in (together, apart)]
    assert each[0] / np.sqrt(28) > 1.2 * each[1] / np.sqrt(2800)


def test_probabilities_of_classes_sum_to_one_and_are_calibrated() -> None:
    draw = np.random.default_rng(2)
    truth = draw.dirichlet([1, 1, 1], 4000)
    labels = np.array([draw.choice(3, p=p) for p in truth])
    sharp = truth**2 / (truth**2).sum(axis=1, keepdims=True)
    clusters = type(scored(draw, 1)[2])(np.arange(4000), 4000, "none")
    made = learned(blank(4000, 4000, classes=("a", "b", "c")), "multiclass", labels, sharp, clusters, seed=0)
    found = chances(made.curves, sharp)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.abs(found - truth).mean() < np.abs(sharp - truth).mean() / 2
    assert [curve.of for curve in made.curves] == ["a", "b", "c"]


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_it_is_learned_from_test_rows_that_the_package_has_not_seen(world: World, task: Task) -> None:  # noqa: F811
    spec = build_spec(task)
    package = world.fit(spec, days(0, 35))
    made = calibrate(spec, package, world.snapshot, build_split(days(0, 30), days(30, 60)), world.store)
    own = holdout(spec, world.snapshot, days(35, 60), world.store, spec.columns.features.names)
    assert (made.interval, made.rows, made.units, made.unit) == (days(35, 60), len(own.labels), 25, "day")
    assert (made.classes, made.reason) == (load(world.store, package).classes, "")
    assert Calibration.from_json(made.to_json()) == made
    assert calibrate(spec, package, world.snapshot, build_split(days(0, 30), days(30, 60)), world.store) == made


def test_where_nothing_can_be_learned_it_says_why(world: World) -> None:  # noqa: F811
    spec = build_spec("regression")
    split = build_split(days(0, 30), days(30, 60))
    made = calibrate(spec, world.fit(spec, days(0, 30)), world.snapshot, split, world.store)
    assert (made.curves, made.reason) == ((), NO_CONFIDENCE)
    few = build_spec(min_rows=10_000)
    made = calibrate(few, world.fit(few, days(0, 30)), world.snapshot, split, world.store)
    assert "at least 10000 are needed" in made.reason
