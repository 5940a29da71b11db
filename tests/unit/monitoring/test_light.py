"""Bursts in the traffic of the last minutes are told, and what the reference itself did is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tests.unit.monitoring.drifts import reference_of
from tests.unit.stores.logged import MONDAY, predictions, spec_of

from evergreen.core.clock import frozen
from evergreen.core.settings import settings
from evergreen.monitoring import light
from evergreen.monitoring.light import light_check
from evergreen.records.reference import Reference
from evergreen.stores.memory import MemoryStore
from evergreen.stores.predictions import PredictionLog

SPEC = spec_of()
NOON = MONDAY + timedelta(hours=12)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def reference() -> Reference:
    """Sixty days; wind is missing in 10% of the rows, on every tenth day in 40%."""
    draw, day = np.random.default_rng(0), np.repeat(np.arange(60), 200)
    rows = {
        "distance": draw.uniform(100, 3000, len(day)),
        "wind": np.where(
            draw.uniform(size=len(day)) < np.where(day % 10 == 0, 0.4, 0.1), np.nan, draw.uniform(0, 40, len(day))
        ),
        "carrier": draw.choice(["AA", "DL", "UA"], len(day)).astype(object),
        "prediction": draw.uniform(size=len(day)),
        "label": draw.choice(["0", "1"], len(day)).astype(object),
    }
    return reference_of(rows, day=day, unit="day")


def _serve(log: PredictionLog, rows: int, at: datetime, **columns: Any) -> None:
    """Log rows that were written at a time, with event times just before."""
    ids = [f"{at.isoformat()}-{i}" for i in range(rows)]
    with frozen(at):
        log.append(SPEC, predictions(rows, start=at - MINUTE, step=MINUTE / rows, prediction_id=ids, **columns))


def _some(count: int, rows: int, value: Any = None, others: Any = 1.0) -> pa.Array:
    return pa.array([value if i < count else others for i in range(rows)])


def _found(reference: Reference, rows: int, **columns: Any) -> dict[str, float | None]:
    log = PredictionLog(MemoryStore(), "small")
    _serve(log, rows, NOON - 5 * MINUTE, **columns)
    return {f.name: f.value for f in light_check(SPEC, reference, log, NOON)}


def test_traffic_as_it_was_is_quiet(reference: Reference) -> None:
    assert _found(reference, 2_000) == {}
    assert _found(reference, 2_000, feature_wind=_some(700, 2_000)) == {}  # a bad day, as the reference had


@pytest.mark.parametrize(
    ("rows", "columns", "name"),
    [
        (1_000, {"feature_distance": _some(150, 1_000)}, "null_burst: distance"),
        (12, {"feature_distance": _some(12, 12)}, "null_burst: distance"),
        (1_000, {"feature_wind": _some(700, 1_000)}, "null_burst: wind"),
        (1_000, {"feature_carrier": _some(60, 1_000, "ZZ", "AA")}, "new_burst: carrier"),
        (1_000, {"feature_carrier": pa.nulls(1_000, pa.string())}, "null_burst: carrier"),
    ],
)
def test_a_burst_is_found_in_its_column_alone(reference: Reference, rows: int, columns: Any, name: str) -> None:
    assert list(_found(reference, rows, **columns)) == [name]


def test_few_rows_alarm_only_when_nearly_all_are_wrong(reference: Reference) -> None:
    assert _found(reference, 12, feature_distance=_some(2, 12)) == {}
    assert _found(reference, 2, feature_distance=_some(2, 2)) == {}


def test_a_rate_that_is_just_borne_alarms_as_seldom_as_it_says() -> None:
    rows, borne, tests = 500, 0.05, 4
    bound = light._Bound("null", 0.0, borne)
    alarms = sum(
        stats.binom.pmf(count, rows, borne)
        for count in range(rows + 1)
        if list(light._burst("null_burst", "x", bound, count, rows, light.CHANCE / tests, NOON))
    )
    assert 0 < alarms < light.CHANCE / tests


def test_only_files_of_the_last_minutes_are_looked_at(reference: Reference) -> None:
    log = PredictionLog(MemoryStore(), "small")
    _serve(log, 200, NOON - HOUR / 2, feature_distance=_some(200, 200))
    _serve(log, 200, NOON - MINUTE)
    assert light_check(SPEC, reference, log, NOON) == ()
    assert [f.name for f in light_check(SPEC, reference, log, NOON - HOUR / 2)] == ["null_burst: distance"]


def _served(at: list[tuple[timedelta, int, int]]) -> PredictionLog:
    """Files that were written before noon: so long before, their rows, and how many of those have no distance."""
    log = PredictionLog(MemoryStore(), "small")
    for before, rows, nulls in at:
        _serve(log, rows, NOON - before, feature_distance=_some(nulls, rows))
    return log


@pytest.mark.parametrize(
    ("served", "stands"),
    [
        ([(HOUR, 400, 400)], True),  # nothing came since
        ([(HOUR, 400, 400), (MINUTE, 99, 0)], True),  # too little
        ([(HOUR, 400, 400), (MINUTE, 200, 11)], True),  # too many nulls, though a burst would not be told for them
        ([(HOUR, 400, 400), (MINUTE, 200, 10)], False),
        (
            [(HOUR, 400, 400), (40 * MINUTE, 60, 0), (MINUTE, 60, 0)],
            False,
        ),  # few rows at a time are enough rows in the end
        ([(HOUR, 400, 400), (40 * MINUTE, 200, 0)], True),  # judged by the check that saw them, if any
    ],
)
def test_a_burst_stands_until_enough_good_rows_came(
    reference: Reference, served: list[tuple[timedelta, int, int]], *, stands: bool
) -> None:
    log, stood = _served(served), {"null_burst: distance": NOON - HOUR}
    assert light_check(SPEC, reference, log, NOON) == ()
    found = light_check(SPEC, reference, log, NOON, stood)
    assert [(f.name, f.judged, f.fired) for f in found] == ([("null_burst: distance", False, False)] if stands else [])


def test_where_little_is_served_the_good_rows_of_days_end_a_burst(reference: Reference) -> None:
    some = [(n * DAY + MINUTE, 20, 0) for n in range(5)]
    for good, stands in ((some[:4], True), (some, False)):
        log = _served([(6 * DAY, 12, 12), *good])
        assert bool(light_check(SPEC, reference, log, NOON, {"null_burst: distance": NOON - 6 * DAY})) is stands


def test_rows_from_before_a_burst_do_not_end_it(reference: Reference) -> None:
    log = _served([(HOUR, 400, 0), (MINUTE, 50, 2)])
    assert light_check(SPEC, reference, log, NOON, {"null_burst: distance": NOON - 15 * MINUTE})


def test_a_sentence_says_what_and_how_much(reference: Reference) -> None:
    log = PredictionLog(MemoryStore(), "small")
    _serve(log, 400, NOON, feature_distance=_some(100, 400))
    (found,) = light_check(SPEC, reference, log, NOON)
    assert found.sentence.startswith("distance is null in 100 of the last 400 served rows (25.0%); 0.0% was seen")
    assert (found.threshold, found.fired, found.then) == (0.05, True, "alert")


def _days(without: set[int], rows: int = 20) -> PredictionLog:
    """Eight days of predictions at eleven o'clock, the last of them today."""
    log = PredictionLog(MemoryStore(), "small")
    for n in range(8):
        if n not in without:
            _serve(log, rows, NOON - HOUR / 2 - n * DAY)
    return log


@pytest.mark.parametrize(
    ("without", "rows", "told"),
    [
        ({0}, 20, True),  # nothing today
        (set(), 20, False),
        ({0, 3}, 20, False),  # nothing on another day, either
        ({0}, 4, False),  # four are none by chance in one hour of fifty
    ],
)
def test_an_hour_without_predictions(reference: Reference, without: set[int], rows: int, *, told: bool) -> None:
    found = light_check(SPEC, reference, _days(without, rows), NOON + 20 * MINUTE)
    assert [f.rule for f in found] == (["silence"] if told else [])


def test_an_hour_that_is_not_over_may_be_empty(reference: Reference) -> None:
    assert light_check(SPEC, reference, _days({0}), NOON + 10 * MINUTE) == ()


def test_a_silence_stands_until_a_prediction_comes(reference: Reference) -> None:
    log, stood = _days({0}), {"silence": NOON - HOUR}
    for later in (20 * MINUTE, 3 * HOUR, DAY, 30 * DAY):  # at other hours, and on days after it, the usual is none
        (found,) = light_check(SPEC, reference, log, NOON + later, stood)
        assert (found.rule, found.since, found.judged) == ("silence", NOON - HOUR, False)
    _serve(log, 1, NOON + 30 * DAY)
    assert light_check(SPEC, reference, log, NOON + 30 * DAY, stood) == ()


def test_a_prediction_after_the_empty_hour_ends_the_silence_at_once(reference: Reference) -> None:
    log = _days({0})
    _serve(log, 1, NOON + 18 * MINUTE)
    assert light_check(SPEC, reference, log, NOON + 20 * MINUTE) == ()


def test_what_was_written_before_a_silence_does_not_end_it(reference: Reference) -> None:
    log = _days({0})
    with frozen(NOON - 2 * HOUR):
        log.append(SPEC, predictions(1, start=NOON + HOUR))  # an answer on what comes later
    assert light_check(SPEC, reference, log, NOON + 20 * MINUTE, {"silence": NOON - HOUR})
