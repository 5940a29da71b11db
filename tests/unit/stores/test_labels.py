"""Of the labels of a prediction, the right one counts, whenever and in whatever order they came."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stores.logged import MOMENT, MONDAY, labels, spec_of
from tests.unit.stores.test_prediction_log_contract import MANY

from evergreen.core.errors import DataError, IntegrityError
from evergreen.core.settings import settings
from evergreen.records.interval import Interval
from evergreen.stores.labels import LabelLog
from evergreen.stores.memory import MemoryStore

SPEC = spec_of()
DAY = timedelta(days=1)
FAR = MONDAY + 100 * DAY


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _values(log: LabelLog, interval: Interval, as_of: Any = FAR) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in log.read(interval, as_of=as_of):
        found |= dict(zip(table["prediction_id"].to_pylist(), table["value"].to_pylist(), strict=True))
    return found


def _log() -> LabelLog:
    return LabelLog(MemoryStore(), "small")


def test_labels_lie_by_the_day_of_their_prediction() -> None:
    log = _log()
    times = [MONDAY + i * DAY / 2 for i in range(4)]
    keys = log.append(SPEC, labels(["a", "b", "c", "d"], times, [0.0, 1.0, 1.0, 0.0]))
    assert [key.split("/")[2] for key in keys] == ["date=2013-03-04", "date=2013-03-05"]
    assert log.append(SPEC, labels(["a", "b", "c", "d"], times, [0.0, 1.0, 1.0, 0.0])) == keys
    assert _values(log, Interval(start=MONDAY + DAY / 2, end=MONDAY + 3 * DAY / 2)) == {"b": 1.0, "c": 1.0}
    assert log.latest(date(2013, 3, 6), as_of=FAR) is None


def test_what_is_observed_later_is_not_known_yet() -> None:
    log = _log()
    log.append(SPEC, labels(["a"], [MONDAY], [0.0]))
    log.append(SPEC, labels(["a"], [MONDAY], [1.0], after=3 * DAY, correction=pa.array([1], pa.int32())))
    day = Interval(start=MONDAY, end=MONDAY + DAY)
    assert [_values(log, day, MONDAY + n * DAY) for n in (0, 1, 2, 3)] == [{}, {"a": 0.0}, {"a": 0.0}, {"a": 1.0}]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)), max_size=8),
    st.randoms(),
)
def test_the_highest_correction_counts_then_the_latest(rows: list[tuple[str, int, int, int]], random: Any) -> None:
    log, day = _log(), Interval(start=MONDAY, end=MONDAY + DAY)
    shuffled = random.sample(rows, len(rows))
    for cut in (shuffled[::2], shuffled[1::2]):
        if cut:
            log.append(SPEC, labels([r[0] for r in cut], [MONDAY] * len(cut), [float(r[3]) for r in cut],
                                    correction=pa.array([r[1] for r in cut], pa.int32()),
                                    observed_time=pa.array([MONDAY + r[2] * DAY for r in cut], MOMENT)))  # fmt: skip
    expected = {name: max(r[1:] for r in rows if r[0] == name)[2] for name in {r[0] for r in rows}}
    assert _values(log, day) == expected
    known = log.latest(MONDAY.date(), as_of=FAR)
    begun = (
        {}
        if known is None
        else dict(zip(known["prediction_id"].to_pylist(), known["first_observed"].to_pylist(), strict=True))
    )
    assert begun == {n: MONDAY + min(r[1:3] for r in rows if r[0] == n)[1] * DAY for n in expected}


def test_classes_are_text() -> None:
    log = _log()
    log.append(MANY, labels(["a", "b"], [MONDAY] * 2, ["late", "cancelled"]))
    log.append(MANY, labels(["b"], [MONDAY], ["diverted"], correction=pa.array([1], pa.int32())))
    assert _values(log, Interval(start=MONDAY, end=MONDAY + DAY)) == {"a": "late", "b": "diverted"}


def test_labels_of_a_newer_release_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    log = _log()
    with monkeypatch.context() as patch:
        patch.setattr("evergreen.stores.labels.SCHEMA_VERSION", 2)
        (key,) = log.append(SPEC, labels(["a"], [MONDAY], [0.0]))
    with pytest.raises(IntegrityError, match=f"{key} is of version 2; this release reads up to 1. Upgrade"):
        log.latest(MONDAY.date(), as_of=FAR)


@pytest.mark.parametrize(
    ("values", "changes", "says"),
    [
        ([1.0, 2.0], {}, "'value' is neither 0 nor 1 in 1 of 2 rows"),
        ([True, False], {}, "'value' of 2 rows holds bool; the log takes double"),
        ([1.0, None], {}, "'value' is null in 1 of 2 rows"),
        ([1.0, 0.0], {"correction": pa.array([0, -1], pa.int32())}, "'correction' is negative in 1 of 2 rows"),
    ],
)
def test_labels_that_are_none_are_refused(values: list[Any], changes: dict[str, Any], says: str) -> None:
    log = _log()
    with pytest.raises(DataError, match=says):
        log.append(SPEC, labels(["a", "b"], [MONDAY] * 2, values, **changes))
    assert not list(log.store.list(""))
