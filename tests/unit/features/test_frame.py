"""Arrow tables become feature frames."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evergreen.core.errors import DataError
from evergreen.features.frame import frame, label
from evergreen.spec.model import ModelSpec

Specs = Callable[..., ModelSpec]


def table(**changes: Any) -> pa.Table:
    columns: dict[str, Any] = {
        "late": [1, 0, 1],
        "carrier": ["UA", None, "AA"],
        "wind": [1.5, None, 3.0],
        "distance": [100, 200, 300],
        "other": ["x", "y", "z"],
    }
    return pa.table(columns | changes)


def test_only_the_features_in_the_order_of_the_spec(small_spec: Specs) -> None:
    found = frame(small_spec(), table())
    assert list(found.columns) == ["distance", "wind", "carrier"]
    assert [str(kind) for kind in found.dtypes] == ["float64", "float64", "object"]


def test_null_becomes_nan_in_both_kinds(small_spec: Specs) -> None:
    found = frame(small_spec(), table())
    assert math.isnan(found["wind"][1])
    assert math.isnan(found["carrier"][1])
    assert found["carrier"][0] == "UA"


@pytest.mark.parametrize(
    "carriers",
    [
        pa.array([3, None, 4], pa.int32()),
        pa.array([3.0, None, 4.0], pa.float64()),
        pa.array([3.0, math.nan, 4.0], pa.float64()),
        pa.array(["3", None, "4"]).dictionary_encode(),
        pa.array(["3", None, "4"], pa.large_string()),
    ],
)
def test_a_category_reads_the_same_however_it_was_stored(small_spec: Specs, carriers: pa.Array) -> None:
    found = frame(small_spec(), table(carrier=carriers))["carrier"]
    assert [found[0], found[2]] == ["3", "4"]
    assert math.isnan(found[1])


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(9, 2), pa.bool_()])
def test_every_number_becomes_a_float(small_spec: Specs, kind: pa.DataType) -> None:
    found = frame(small_spec(), table(distance=pa.array([1, 0, 1], pa.int8()).cast(kind)))["distance"]
    assert found.tolist() == [1.0, 0.0, 1.0]


def test_a_column_of_nulls_is_missing_everywhere(small_spec: Specs) -> None:
    found = frame(small_spec(), table(wind=pa.nulls(3), carrier=pa.nulls(3)))
    assert found[["wind", "carrier"]].isna().all().all()
    assert str(found["wind"].dtype) == "float64"


@given(count=st.integers(1, 3), sign=st.sampled_from([-1, 1]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_infinities_are_counted(small_spec: Specs, count: int, sign: int) -> None:
    wind = [sign * math.inf] * count + [0.0] * (3 - count)
    with pytest.raises(DataError, match=f"'wind' has {count} infinite of 3"):
        frame(small_spec(), table(wind=wind))


def test_a_wrong_type_is_named(small_spec: Specs) -> None:
    with pytest.raises(DataError, match="'wind' holds string; a numeric column"):
        frame(small_spec(), table(wind=["a", "b", "c"]))
    with pytest.raises(DataError, match=r"'carrier' holds list<.*; a categorical column"):
        frame(small_spec(), table(carrier=[["a"], ["b"], ["c"]]))


def test_a_missing_column_is_named(small_spec: Specs) -> None:
    with pytest.raises(DataError, match="no column 'wind'"):
        frame(small_spec(), table().drop_columns(["wind"]))


@pytest.mark.parametrize(
    ("positive", "values"),
    [
        (1, pa.array([1, 0, 1])),
        (1, pa.array([1.0, 0.0, 1.0])),
        (1, pa.array([True, False, True])),
        (True, pa.array([True, False, True])),
        (0, pa.array([0, 5, 0])),
        ("yes", pa.array(["yes", "no", "yes"])),
    ],
)
def test_the_positive_class_is_one(small_spec: Specs, positive: object, values: pa.Array) -> None:
    found = label(_labelled(small_spec, positive=positive), table(late=values))
    assert found.tolist() == [1, 0, 1]
    assert found.dtype == np.int8


def test_text_is_no_number(small_spec: Specs) -> None:
    with pytest.raises(DataError, match=r"holds string and columns\.label.positive is 1"):
        label(small_spec(), table(late=["1", "0", "1"]))


@pytest.mark.parametrize("late", [[1.0, None, 0.0], [1.0, math.nan, 0.0]])
def test_a_row_without_a_label_is_counted(small_spec: Specs, late: list[float]) -> None:
    with pytest.raises(DataError, match="1 of 3 rows have no label in column 'late'"):
        label(small_spec(), table(late=late))


def test_labels_of_the_other_tasks(small_spec: Specs) -> None:
    several = label(_labelled(small_spec, task="multiclass"), table(late=["a", "b", "a"]))
    assert several.tolist() == ["a", "b", "a"]
    amounts = label(_labelled(small_spec, task="regression"), table(late=[1, 2, 3]))
    assert amounts.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(DataError, match="'late' has 1 infinite"):
        label(_labelled(small_spec, task="regression"), table(late=[1.0, 2.0, math.inf]))


def _labelled(specs: Specs, *, task: str = "binary", positive: object = None) -> ModelSpec:
    metric = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}[task]
    columns = specs().columns.model_dump(mode="json")
    columns["label"] = {"column": "late", "positive": positive}
    return specs(task=task, columns=columns, gates=[{"rule": "minimum", "metric": metric, "at_least": 0.5}])
