"""How far a refitted model may be from the gated one."""

import numpy as np
import pytest
from tests.unit.evaluation.conftest import World, build_spec, build_split, days

from evergreen.evaluation.parity import parity
from evergreen.features.packaged import load
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Parity
from evergreen.spec.metrics import Task
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import RefitPolicy

SPLIT = build_split(days(0, 32), days(32, 60))


def compared(world: World, spec: ModelSpec, gated: ModelPackage, refitted: ModelPackage) -> Parity:
    return parity(spec, gated, refitted, world.snapshot, SPLIT, world.store)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_recipe_on_more_rows_stays_within_the_bounds(world: World, task: Task) -> None:
    spec = build_spec(task, refit=RefitPolicy(max_shift=0.2))
    found = compared(world, spec, world.fit(spec, days(0, 32)), world.fit(spec, days(0, 60)))
    assert found.passed
    assert (found.correlation is None) == (task == "multiclass")


def test_a_package_equals_itself(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    found = compared(world, spec, package, package)
    assert (found.correlation, found.mean_difference, found.passed) == (1.0, 0.0, True)
    assert found.sentence == (
        f"Refitted against gated on {found.rows} test rows: rank correlation 1.000, at least 0.800; "
        "mean score moved by +0.0000, at most 0.0500 either way."
    )


def test_another_order_of_the_scores_fails(world: World) -> None:
    spec = build_spec()
    found = compared(world, spec, world.fit(spec, days(0, 32)), world.fit(spec, days(0, 60), numeric=("hour",)))
    assert found.correlation is not None
    assert found.correlation < 0.8
    assert not found.passed


@pytest.mark.parametrize(("task", "limit"), [("binary", 0.05), ("regression", 0.05)])
def test_a_shifted_mean_fails_though_the_order_is_the_same(world: World, task: Task, limit: float) -> None:
    spec = build_spec(task, refit=RefitPolicy(max_shift=limit))
    package = world.fit(spec, days(0, 32))
    shifted = load(world.store, package).pipeline
    shifted[-1].intercept_ = shifted[-1].intercept_ + 1.0
    found = compared(world, spec, package, world.pack(spec, shifted, days(0, 60)))
    assert found.correlation == pytest.approx(1)
    assert found.mean_difference > 0
    assert not found.passed


def test_the_shift_of_a_regression_is_bounded_in_deviations_of_its_label(world: World) -> None:
    spec = build_spec("regression", refit=RefitPolicy(max_shift=0.2))
    package = world.fit(spec, days(0, 32))
    shifted = load(world.store, package).pipeline
    shifted[-1].intercept_ = shifted[-1].intercept_ + 1.0  # a tenth of a deviation, more than 0.2 minutes
    found = compared(world, spec, package, world.pack(spec, shifted, days(0, 60)))
    assert found.mean_difference == pytest.approx(1)
    assert found.passed


def test_a_model_that_says_the_same_of_every_row_fails(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    flat = load(world.store, package).pipeline
    flat[-1].coef_[:] = 0
    found = compared(world, spec, package, world.pack(spec, flat, days(0, 60)))
    assert (found.correlation, found.passed) == (None, False)
    assert "rank correlation none" in found.sentence


def test_scores_that_are_not_numbers_fail(world: World) -> None:
    spec = build_spec()
    package = world.fit(spec, days(0, 32))
    broken = load(world.store, package).pipeline
    broken[-1].coef_[:] = np.nan
    found = compared(world, spec, package, world.pack(spec, broken, days(0, 60)))
    assert not found.passed
    assert "NaN" in found.sentence
