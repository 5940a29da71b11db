"""A small year is replayed: a model that goes stale is retrained once, and one that does not is left alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from evergreen.core.errors import RunError
from evergreen.core.settings import settings
from evergreen.flows.answers import labelled_rows, logged
from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.policies import others
from evergreen.flows.replay import Replay
from evergreen.flows.year import Year
from evergreen.records.interval import Interval
from evergreen.spec.model import ModelSpec

from .conftest import SUITE, TRAINING

JANUARY, FEBRUARY, CHANGE, END = (datetime(2013, m, d, tzinfo=UTC) for m, d in ((1, 1), (2, 1), (2, 8), (2, 16)))
DAY = timedelta(days=1)
A_DAY = 40
WATCH: dict[str, Any] = {
    "window": "7d",
    "drift": {"min_rows": 50, "min_units": 5},
    "rules": [{"rule": "drift", "above": 0.2, "then": "retrain", "windows": {"fired": 2, "of": 3}}],
    "retraining": {"cooldown": "14d", "min_new_labels": 0.1},
}
GATES = [{"rule": "not_worse_than_champion", "metric": "roc_auc", "margin": 0.05}]


def rows(days: int, change: datetime | None) -> pa.Table:
    """Forty rows a day; from ``change`` on another wind blows, and it makes late instead of early."""
    draw, count = np.random.default_rng(0), A_DAY * days
    at = [JANUARY + i * DAY / A_DAY for i in range(count)]
    after = np.array([change is not None and moment >= change for moment in at])
    wind, distance = draw.uniform(0, 40, count) + 30 * after, draw.uniform(100, 3000, count)
    pull = np.where(after, (wind - 50) / 20, (20 - wind) / 20)
    late = pull + distance / 6000 + draw.normal(0, 0.3, count) > 0.25
    return pa.table({
        "id": [str(i) for i in range(count)],
        "at": pa.array(at, pa.timestamp("us", tz="UTC")),
        "distance": distance,
        "wind": wind,
        "carrier": draw.choice(["AA", "DL", "UA"], count),
        "late": pa.array(late.astype(np.int64), mask=draw.uniform(size=count) < 0.03),
    })  # fmt: skip


@dataclass
class Small:
    """Makes replays of small years."""

    spec: ModelSpec
    folder: Path

    def replay(self, year: Year) -> Replay:
        ws = in_memory(self.spec, self.folder)
        first = Interval(start=JANUARY, end=FEBRUARY + timedelta(hours=6))
        return Replay(ws=ws, year=year, platform=InProcess(ws), first=first, until=END)

    def year(self, change: datetime | None, days: int = 46) -> Year:
        return Year(self.spec, rows(days, change))


@pytest.fixture
def small(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    small_spec: Callable[..., ModelSpec],
    write_recipe: Callable[..., Path],
) -> Any:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("EVERGREEN_THREADS", "1")
    settings.cache_clear()
    folder = write_recipe()
    (folder / "expectations.yaml").write_text(SUITE)
    training = TRAINING | {"refit": {"min_correlation": -1, "max_shift": 1}}  # the gated model knows no other wind
    yield Small(small_spec(training=training, gates=GATES, monitoring=WATCH), folder)
    settings.cache_clear()


class Killed(Exception):
    """The machine has gone."""


@dataclass
class Fragile:
    """Dies after so many looks, before what they asked for is served."""

    within: InProcess
    looks: int

    def begin(self, as_of: datetime) -> None:
        self.within.begin(as_of)

    def look(self, until: datetime) -> None:
        self.within.look(until)
        self.looks -= 1

    def serve(self, until: datetime) -> None:
        if not self.looks:
            raise Killed
        self.within.serve(until)


def test_a_model_that_goes_stale_is_retrained_once_whatever_happens_on_the_way(small: Small) -> None:
    played = small.replay(small.year(CHANGE))
    (month,) = played.months()
    assert (month.trainings, month.columns[:1]) == (2, ("wind",))
    ((asked, outcome),) = month.requests
    assert outcome == "challenger"
    assert CHANGE + DAY < asked <= CHANGE + 7 * DAY
    state = played.ws.journal.state()
    assert state.champion is not None
    assert (month.version, state.champion.data.end) == (state.champion.version, asked)
    truth = played.truth()
    answers = logged(played.ws, truth)
    assert np.isfinite(answers).all(), "every row was answered"
    stale, fresh = (
        truth.values(answers, truth.of(Interval(start=s, end=e)))[0] for s, e in ((CHANGE, asked), (asked, END))
    )
    assert fresh > stale + 0.15
    assert played.result().trainings == 2
    assert played.result().months[0][0] == month.true

    entries = state.sequence
    assert list(played.months()) == [month], "a replay that has ended tells what happened"
    assert played.ws.journal.state().sequence == entries

    again = small.replay(played.year)
    looks = (asked - FEBRUARY) // DAY
    with pytest.raises(Killed):
        list(replace(again, platform=Fragile(InProcess(again.ws), looks)).months())
    (same,) = again.months()
    # A model file has other bytes each time, and by its digest the resamples of drift are drawn.
    assert replace(same, drift=month.drift) == month, "one that was killed comes to the same end"
    assert again.result() == played.result()


def test_a_year_without_change_asks_for_nothing(small: Small) -> None:
    year = small.year(CHANGE).resampled(seed=1)
    played = small.replay(year)
    (month,) = played.months()
    assert (month.requests, month.trainings) == ((), 1)
    assert month.drift == 0.0


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
    assert len(shifts) == 46
    assert all(len(found) == 1 and found.pop() % day == 0 for found in shifts.values())


def test_other_policies_answer_the_same_rows(small: Small) -> None:
    year = small.year(CHANGE, days=70)
    truth = labelled_rows(year, Interval(start=FEBRUARY, end=JANUARY + 70 * DAY))
    ws = in_memory(small.spec, small.folder)
    found = others(ws, truth, Interval(start=JANUARY, end=FEBRUARY + timedelta(hours=6)), lambda _: None)
    never, always, gated, best = found
    assert [p.trainings for p in found] == [1, 2, 2, None]
    assert never.months[0] == always.months[0] == gated.months[0] == best.months[0]
    assert never.months[1][0] < 0.5
    assert always.months[1][0] == gated.months[1][0] == best.months[1][0] > 0.7
    assert never.rows[0] < always.rows[0]
    assert best.means[0] == pytest.approx(np.mean([m[0] for m in best.months]))


def test_a_replay_lands_nothing_beside_what_somebody_else_has_landed(small: Small) -> None:
    played = small.replay(small.year(None))
    played.ws.store.put("small/raw/start=2013-01-01/end=2013-02-01/flights.parquet", b"")
    with pytest.raises(RunError, match="landed by somebody else"):
        next(iter(played.months()))
