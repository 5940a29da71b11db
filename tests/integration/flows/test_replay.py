"""A small year is replayed: a model that goes stale is retrained once, and one that does not is left alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.unit.flows.years import CHANGE, DAY, END, FEBRUARY, JANUARY, Small

from evergreen.core.errors import RunError
from evergreen.flows.answers import labelled_rows, logged
from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.policies import others
from evergreen.records.interval import Interval

pytestmark = pytest.mark.integration


class Killed(Exception):
    """The machine has gone."""


@dataclass
class Fragile:
    """Dies when a look has asked for something, before that is served."""

    within: InProcess

    def begin(self, as_of: datetime) -> None:
        self.within.begin(as_of)

    def look(self, until: datetime) -> None:
        self.within.look(until)

    def serve(self, until: datetime) -> None:
        if any(status.status == "open" for status in self.within.ws.journal.state().requests.values()):
            raise Killed
        self.within.serve(until)


def test_a_model_that_goes_stale_is_retrained_once_whatever_happens_on_the_way(small: Small) -> None:
    played = small.replay(small.year(CHANGE))
    with pytest.raises(Killed):
        list(replace(played, platform=Fragile(InProcess(played.ws))).months())
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


def test_a_year_without_change_asks_for_nothing(small: Small) -> None:
    year = small.year(CHANGE).resampled(seed=1)
    played = small.replay(year)
    (month,) = played.months()
    assert (month.requests, month.trainings) == ((), 1)
    assert month.drift == 0.0


def test_a_replay_that_was_stopped_goes_on_in_the_steps_that_it_began_with(small: Small) -> None:
    played = small.replay(small.year(None))
    list(replace(played, until=FEBRUARY + 3 * DAY).months())
    raw = [info.key for info in played.ws.store.list("small/raw/")]
    with pytest.raises(
        RunError,
        match=r"start=2013-02-01/end=2013-02-02/replay\.parquet has landed, and 2013-02-01 to 2013-02-08 overlaps",
    ):
        list(replace(played, step=7 * DAY).months())
    assert [info.key for info in played.ws.store.list("small/raw/")] == raw, "no day has landed twice"


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
