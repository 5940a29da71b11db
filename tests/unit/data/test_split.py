"""Split: by event time, on known labels, whatever the order of the rows; and what it refuses."""

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.data.landing import FEBRUARY, JANUARY, MARCH, Landing, run_at, spec_of, trips

from evergreen.core.errors import DataError
from evergreen.data.split import split
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec

DAY = timedelta(days=1)
NULLABLE = {"column": "late", "positive": 1, "delay": "1d", "nullable": True}


def _split(landing: Landing, spec: ModelSpec | None = None) -> Split:
    spec = spec or spec_of()
    return split(spec, run_at(MARCH), landing.snapshot(MARCH, spec=spec), landing.store)


def _policy(**changes: Any) -> dict[str, Any]:
    return {"test": "7d", "calibration": "3d", "min_rows": 10} | changes


def test_spans_hold_the_rows_whose_label_is_known(landing: Landing) -> None:
    landing.months(2)
    found = _split(landing, spec_of(columns={"label": NULLABLE}, split=_policy(sampling_unit="day")))
    february, january = trips(FEBRUARY, MARCH), trips(JANUARY, FEBRUARY)
    rows = [(row["at"], row["late"]) for table in (january, february) for row in table.to_pylist()]

    def expected(start: Any, end: Any) -> tuple[int, float, int]:
        inside = [(at, late) for at, late in rows if start <= at < end]
        return len(inside), sum(late for _, late in inside) / len(inside), len({at.date() for at, _ in inside})

    def counted(span: Span) -> tuple[int, float | None, int]:
        return span.rows, span.label_rate, span.units

    assert counted(found.train) == expected(JANUARY, MARCH - 11 * DAY)
    assert counted(found.calibration) == expected(MARCH - 11 * DAY, MARCH - 8 * DAY)
    assert counted(found.test) == expected(MARCH - 8 * DAY, MARCH - DAY)
    assert counted(found.mature) == expected(JANUARY, MARCH - DAY)
    assert set(found.leakage) == {"distance", "carrier"}
    assert found.as_of == MARCH


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5)
@given(order=st.permutations(range(100)))
def test_the_order_of_the_rows_does_not_matter(order: list[int]) -> None:
    plain, shuffled = Landing(), Landing()
    plain.months(2)
    shuffled.land(JANUARY, FEBRUARY, trips(JANUARY, FEBRUARY).take(order))
    shuffled.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH).take(order[::-1]))
    one, other = _split(plain).to_dict(), _split(shuffled).to_dict()
    assert one.pop("snapshot") != other.pop("snapshot") or order == list(range(100))
    assert one == other


def test_the_same_snapshot_gives_the_same_split(landing: Landing) -> None:
    landing.months(2)
    assert _split(landing).digest == _split(landing).digest


def test_rows_without_a_label_are_left_out_where_the_spec_says_so(landing: Landing) -> None:
    late = pa.array([None if number % 4 == 0 else number % 2 for number in range(100)], pa.int64())
    landing.months(2, late=late)
    assert _split(landing, spec_of(columns={"label": NULLABLE | {"delay": "0d"}})).mature.rows == 150
    with pytest.raises(DataError, match=r"50 of 200 rows whose label should be known have none in column late"):
        _split(landing)


def test_labels_that_are_not_due_yet_may_be_missing(landing: Landing) -> None:
    landing.months(1)
    at = trips(FEBRUARY, MARCH)["at"].to_pylist()
    late = pa.array([None if when >= MARCH - DAY else number % 2 for number, when in enumerate(at)], pa.int64())
    landing.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH, late=late))
    found = _split(landing, spec_of(columns={"label": {"column": "late", "positive": 1, "delay": "1d"}}))
    assert found.mature.rows == 200 - late.null_count


def test_too_few_rows_says_how_many_are_needed(landing: Landing) -> None:
    landing.months(2)
    with pytest.raises(DataError, match=r"the test span, .* has 25 rows with a known label and needs 26"):
        _split(landing, spec_of(split=_policy(min_rows=26)))
    with pytest.raises(DataError, match=r"the train span, .* and needs 500"):
        _split(landing, spec_of(split=_policy(min_rows=500)))


def test_nothing_left_to_train_on_is_said_so(landing: Landing) -> None:
    landing.months(2)
    with pytest.raises(DataError, match="nothing is left to train on"):
        _split(landing, spec_of(split=_policy(test="90d")))


@pytest.mark.parametrize(("first", "second", "span"), [(0, None, "train"), (None, 1, "test")])
def test_one_class_only_is_refused(landing: Landing, first: int | None, second: int | None, span: str) -> None:
    for start, end, value in ((JANUARY, FEBRUARY, first), (FEBRUARY, MARCH, second)):
        late = None if value is None else pa.array([value] * 100, pa.int64())
        landing.land(start, end, trips(start, end, late=late))
    with pytest.raises(DataError, match=f"the {span} span, .* has one class only in column late"):
        _split(landing, spec_of(split=_policy(test="28d" if first is not None else "7d", calibration="0d")))


def test_keys_that_name_several_rows_are_counted_not_shown(landing: Landing) -> None:
    january = trips(JANUARY, FEBRUARY)["trip"].to_pylist()
    landing.land(
        JANUARY, FEBRUARY, trips(JANUARY, FEBRUARY, trip=pa.array(["secret", "secret", "again", *january[3:]]))
    )
    february = trips(FEBRUARY, MARCH)["trip"].to_pylist()
    landing.land(FEBRUARY, MARCH, trips(FEBRUARY, MARCH, trip=pa.array([*february[:99], "again"])))
    with pytest.raises(DataError, match=r"2 values of the keys trip name more than one row, and 1 of them") as caught:
        _split(landing)
    assert "secret" not in str(caught.value)


def test_several_columns_may_be_the_key(landing: Landing) -> None:
    landing.months(2, n=pa.array(list(range(100))), trip=pa.array(["x"] * 100), span=pa.array(["train"] * 100))
    with pytest.raises(DataError, match="100 values of the keys n, trip, span name"):
        _split(landing, spec_of(columns={"keys": ["n", "trip", "span"]}))
    assert _split(landing, spec_of(columns={"keys": ["n", "at"]})).mature.rows == 200


def test_rows_from_the_future_are_refused(landing: Landing) -> None:
    landing.months(2)
    later = landing.snapshot(MARCH)
    with pytest.raises(DataError, match=r"100 rows of the snapshot are from the future.*2013-02-01"):
        split(spec_of(), run_at(FEBRUARY), later, landing.store)


def test_a_feature_that_knows_the_outcome_is_named(landing: Landing) -> None:
    late = trips(JANUARY, FEBRUARY)["late"].to_pylist()
    landing.months(
        2, delay=pa.array([-5.0 * value for value in late]), verdict=pa.array(["late" if v else "ok" for v in late])
    )
    for features in ({"numeric": ["distance", "delay"]}, {"numeric": ["distance"], "categorical": ["verdict"]}):
        (leak,) = {*features["numeric"], *features.get("categorical", [])} - {"distance"}
        with pytest.raises(DataError, match=rf"trips: {leak} \(AUC 1\.0000\) alone predicts") as caught:
            _split(landing, spec_of(columns={"features": features}))
        assert "distance" not in str(caught.value)


def test_the_limit_is_the_specs(landing: Landing) -> None:
    landing.months(2)
    strength = _split(landing).leakage["distance"]
    assert 0.5 < strength < 1
    with pytest.raises(DataError, match="distance"):
        _split(landing, spec_of(split=_policy(leakage_limit=strength)))


def test_sampling_units_are_values_of_a_column(landing: Landing) -> None:
    customer = pa.array([None if number < 10 else f"c{number // 10}" for number in range(100)])
    landing.months(2, customer=customer)
    found = _split(landing, spec_of(split=_policy(sampling_unit="customer")))
    assert (found.mature.units, found.test.units) == (10, 3)
    with pytest.raises(DataError, match="sampling_unit is 'client'"):
        _split(landing, spec_of(split=_policy(sampling_unit="client")))


@pytest.mark.parametrize(
    ("task", "label", "rate"),
    [("regression", np.arange(100) % 10 / 10, pytest.approx(0.45)), ("multiclass", ["a", "b", "c", "d"] * 25, None)],
)
def test_other_tasks(landing: Landing, task: str, label: Any, rate: float | None) -> None:
    landing.months(2, late=pa.array(label))
    found = _split(landing, spec_of(task=task))
    assert found.mature.rows == 200
    assert found.mature.label_rate == rate
