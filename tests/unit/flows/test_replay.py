"""What a replay lands, and how its days are moved."""

from datetime import UTC, datetime

import numpy as np
import pytest

from evergreen.core.errors import RunError

from .years import A_DAY, CHANGE, DAYS, Small, small

__all__ = ["small"]  # the fixture


def test_resampling_moves_whole_days_and_nothing_else(small: Small) -> None:
    year = small.year(CHANGE)
    moved = year.resampled(seed=1)
    assert sorted(moved.rows["id"].to_pylist()) == sorted(year.rows["id"].to_pylist())
    assert (np.diff(moved.moments) >= 0).all()
    day = 86_400_000_000
    was = dict(zip(year.rows["id"].to_pylist(), year.moments, strict=True))
    shifts: dict[int, set[int]] = {}
    for name, at in zip(moved.rows["id"].to_pylist(), moved.moments, strict=True):
        shifts.setdefault(int(at // day), set()).add(int(at - was[name]))
    assert len(shifts) == DAYS
    assert all(len(found) == 1 and found.pop() % day == 0 for found in shifts.values())


def test_a_year_that_begins_on_another_day_has_the_days_before_it_at_its_end(small: Small) -> None:
    year = small.year(CHANGE)
    begun = year.begun(datetime(2013, 1, 11, tzinfo=UTC))
    assert (np.diff(begun.moments) >= 0).all()
    day, last = 86_400_000_000, int(datetime(2014, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
    was = dict(zip(year.rows["id"].to_pylist(), year.moments, strict=True))
    now = dict(zip(begun.rows["id"].to_pylist(), begun.moments, strict=True))
    assert {name: int(now[name] - was[name]) // day for name in was} == {
        name: 355 if int(name) < 10 * A_DAY else -10 for name in was
    }
    assert int(begun.moments[0]) == int(year.moments[0])
    assert last - 10 * day <= now["0"] < last


def test_a_replay_lands_nothing_beside_what_somebody_else_has_landed(small: Small) -> None:
    played = small.replay(small.year(None))
    played.ws.store.put("small/raw/start=2013-01-01/end=2013-02-01/flights.parquet", b"")
    with pytest.raises(RunError, match="landed by somebody else"):
        next(iter(played.months()))
