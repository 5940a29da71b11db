"""The reference of a version: whose rows, in which bins, by which blocks."""

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.evaluation.conftest import ROWS_A_DAY, World, build_spec, build_split, days, stored, world  # noqa: F401

from evergreen.core.errors import IntegrityError
from evergreen.features.packaged import load
from evergreen.features.rows import rows
from evergreen.monitoring.reference import MOST_BLOCKS, Units, reference, sample_of
from evergreen.records.reference import Reference
from evergreen.stats.grouping import grouping


@pytest.fixture
def made(world: World) -> Reference:  # noqa: F811
    spec = build_spec()
    gated, full = world.fit(spec, days(0, 30)), world.fit(spec, days(0, 50))
    return reference(spec, full, gated, world.snapshot, build_split(days(0, 30), days(30, 50)), world.store)


def test_features_and_label_are_of_the_labelled_rows_that_were_fitted(made: Reference, world: World) -> None:  # noqa: F811
    table = rows(world.store, world.snapshot, days(0, 50), ["hour", "load", "city", "late"])
    table = table.filter(table["late"].is_valid())
    profile = made.features.profile
    assert (profile.rows, made.interval, made.features.units) == (len(table), days(0, 50), 50)
    assert [column.name for column in made.layout.columns] == ["hour", "load", "city", "prediction"]
    assert (profile.counts["hour"].values, profile.counts["hour"].nulls) == (len(table), 0)
    assert profile.counts["city"].nulls == table["city"].null_count
    bins = made.features.layout.by_name["load"]
    expected = np.bincount(np.searchsorted(bins.edges, table["load"].to_numpy(), side="right"), minlength=bins.count)
    assert (profile.counts["load"].bins == expected).all()
    label = made.label
    positives = label.profile.counts["label"].bins[label.layout.columns[0].categories.index("1")]
    assert positives == table["late"].to_numpy().sum()


def test_predictions_are_of_the_gated_package_on_the_test_rows(made: Reference, world: World) -> None:  # noqa: F811
    gated = world.fit(build_spec(), days(0, 30))
    scores = load(world.store, gated).scores(rows(world.store, world.snapshot, days(30, 50), ["hour", "load", "city"]))
    counts = made.prediction.profile.counts["prediction"]
    assert (made.gated, made.test, counts.values) == (gated.sha256, days(30, 50), 20 * ROWS_A_DAY)
    column = made.prediction.layout.columns[0]
    assert (counts.bins == np.bincount(np.searchsorted(column.edges, scores, "right"), minlength=column.count)).all()


def test_blocks_are_the_days_in_the_groups_of_all_columns(made: Reference) -> None:
    for sample, count in ((made.features, 50), (made.prediction, 20), (made.label, 50)):
        assert sample.blocks is not None
        assert len(sample.blocks) == count
        found = [
            grouping(c, sample.profile.counts[c.name]).rows(sample.profile.counts[c.name])
            for c in sample.layout.columns
        ]
        assert (sample.blocks.sum(axis=0) == np.concatenate(found)).all()


def test_it_is_read_back_as_it_was_written(made: Reference) -> None:
    data = made.to_bytes()
    again = Reference.from_bytes(data)
    assert again.to_bytes() == data
    assert again.key == made.key == f"flights/profiles/{made.digest}/reference.bin"
    assert again.layout.digest == made.layout.digest
    for broken in (b"", b"EGPF" + data[4:], data[:4] + b"\x09" + data[5:], data[:-40], data[:60]):
        with pytest.raises(IntegrityError):
            Reference.from_bytes(broken)


@pytest.mark.parametrize(("task", "kinds"), [("multiclass", "categorical"), ("regression", "numeric")])
def test_other_tasks_predict_classes_or_numbers(world: World, task: str, kinds: str) -> None:  # noqa: F811
    spec = build_spec(task, unit="none")  # type: ignore[arg-type]
    package = world.fit(spec, days(0, 30))
    found = reference(spec, package, package, world.snapshot, build_split(days(0, 30), days(30, 50)), world.store)
    assert found.prediction.layout.columns[0].kind == found.label.layout.columns[0].kind == kinds
    assert found.features.blocks is None
    assert found.features.units == found.features.profile.rows
    if kinds == "categorical":
        assert set(found.prediction.layout.columns[0].categories) <= {"early", "on time", "late"}


def test_units_of_a_column_are_kept_whole(world: World) -> None:  # noqa: F811
    spec = build_spec(unit="customer")
    package = world.fit(spec, days(0, 30))
    found = reference(spec, package, package, world.snapshot, build_split(days(0, 30), days(30, 50)), world.store)
    assert found.features.units == 4  # x, y, z, and the rows without a customer
    assert found.features.blocks is not None
    assert len(found.features.blocks) == 4 < MOST_BLOCKS


def test_a_category_that_one_block_alone_has_counts_as_new_there() -> None:
    values = pa.chunked_array([["a", "b", "a", None, "a", "c", "c"]])
    of_row = np.array([0, 0, 0, 0, 1, 1, 1])
    sample = sample_of("m", [("x", "categorical", values)], Units(of_row, 2))
    labels = grouping(sample.layout.columns[0], sample.profile.counts["x"]).labels
    assert sample.blocks is not None
    by_block = [dict(zip(labels, block.tolist(), strict=True)) for block in sample.blocks]
    assert by_block == [
        {"a": 2, "b": 0, "c": 0, "rare": 0, "new": 1, "null": 1},
        {"a": 1, "b": 0, "c": 0, "rare": 0, "new": 2, "null": 0},
    ]


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_a_column_of_nulls_has_no_values(kind: str) -> None:
    values = pa.chunked_array([pa.nulls(5)])
    sample = sample_of("m", [("x", kind, values)], Units(np.arange(5), 5))  # type: ignore[list-item]
    counts = sample.profile.counts["x"]
    assert (counts.values, counts.nulls) == (0, 5)
