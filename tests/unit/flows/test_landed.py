"""New data asks for a retraining once, whatever becomes of the messages about it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from evergreen.core.clock import frozen
from evergreen.core.errors import DataError, RunError
from evergreen.flows.landed import QUEUED, SETTLED, Announcement, Look, ask_for_new_data
from evergreen.flows.requests import LEASE, run_id_of, take
from evergreen.flows.retrain import begin
from evergreen.flows.workspace import Workspace
from evergreen.records.run import Way

from .conftest import Place

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
LATER = datetime(2013, 7, 1, tzinfo=UTC)
SQL = {"kind": "sql", "connection": "warehouse", "query": "SELECT * FROM t WHERE at >= :start AND at < :end"}


def _scheduled(ws: Workspace, **changes: object) -> Workspace:
    spec = ws.spec.model_dump() | {"schedule": {"kind": "on_data"}, **changes}
    return replace(ws, spec=ws.spec.model_validate(spec))


@pytest.fixture
def waiting(place: Place) -> Iterator[Place]:
    """A place whose model waits for data; what it lands, it lands on 1 June."""
    place.ws = _scheduled(place.ws)
    with frozen(datetime(2013, 6, 1, tzinfo=UTC)):
        place.land(1)
        yield place


def _look(place: Place, now: datetime = LATER) -> Look:
    return ask_for_new_data(place.ws, now=now)


def _serve(place: Place, look: Look) -> None:
    assert look.request is not None
    run_id = run_id_of(look.request.request_id)
    assert take(place.ws, look.request.request_id, now=LATER) == look.request
    begin(place.ws, place.run(run_id, FEBRUARY, request_id=look.request.request_id))


def test_data_that_has_landed_asks_once(waiting: Place) -> None:
    request = _look(waiting).request
    assert request is not None
    assert (request.way, request.as_of) == (Way.SCHEDULE, FEBRUARY)
    assert request.reason == "The data is complete up to 2013-02-01 00:00 UTC."
    assert _look(waiting).request is None
    assert list(waiting.ws.journal.state().requests) == [request.request_id]


def test_an_interval_that_is_to_end_is_looked_for_then(waiting: Place) -> None:
    with frozen(datetime(2013, 1, 1, tzinfo=UTC)):
        waiting.land(1)
        waiting.land(2)
        looks = [_look(waiting, FEBRUARY), _look(waiting, FEBRUARY)]
    assert [(look.request is None, look.again) for look in looks] == [(False, MARCH), (True, MARCH)]
    assert _look(waiting, MARCH).again == MARCH + QUEUED


def test_the_next_interval_and_a_corrected_one_ask_again(waiting: Place) -> None:
    _serve(waiting, _look(waiting))
    waiting.land(2)
    second = _look(waiting)
    assert second.request is not None
    assert second.request.as_of == MARCH
    _serve(waiting, second)
    waiting.land(1, slope=2.0)
    third = _look(waiting)
    assert third.request is not None
    assert third.request.as_of == MARCH
    assert third.request.request_id != second.request.request_id


def test_bytes_that_are_landed_again_ask_for_nothing(waiting: Place) -> None:
    _serve(waiting, _look(waiting))
    waiting.land(1)
    assert _look(waiting).request is None


def test_an_interval_that_has_not_ended_is_not_complete(waiting: Place) -> None:
    look = _look(waiting, FEBRUARY - timedelta(seconds=1))
    assert (look.request, look.sentence) == (None, "No raw interval is complete yet.")
    assert look.again == FEBRUARY


def test_objects_that_have_just_landed_may_have_companions_on_their_way(waiting: Place) -> None:
    landed = datetime(2013, 6, 1, tzinfo=UTC)
    look = _look(waiting, landed + SETTLED - timedelta(seconds=1))
    assert look.request is None
    assert "still landing: an object came at 00:00:00 UTC" in look.sentence
    assert look.again == landed + SETTLED
    assert _look(waiting, landed + SETTLED).request is not None


def test_whoever_lands_need_not_wait(waiting: Place) -> None:
    now = datetime(2013, 6, 1, tzinfo=UTC)
    assert ask_for_new_data(waiting.ws, now=now, settled=timedelta(0)).request is not None


def test_a_hole_is_told_and_asks_for_nothing(waiting: Place) -> None:
    waiting.land(3)
    with pytest.raises(DataError, match="no raw object below small/raw/ covers 2013-02-01"):
        _look(waiting)
    assert waiting.ws.journal.state().requests == {}
    waiting.land(2)
    assert _look(waiting).request is not None


def test_while_a_run_has_not_begun_no_other_is_asked_for(waiting: Place) -> None:
    first = _look(waiting)
    for month in (2, 3):
        waiting.land(month)
        assert "waits until the run" in _look(waiting).sentence
    _serve(waiting, first)
    following = _look(waiting).request
    assert following is not None
    assert following.as_of == datetime(2013, 4, 1, tzinfo=UTC)
    assert len(waiting.ws.journal.state().requests) == 2


def test_a_run_that_cannot_begin_stands_in_the_way_for_one_lease(waiting: Place) -> None:
    first = _look(waiting).request
    assert first is not None
    take(waiting.ws, first.request_id, now=LATER)
    waiting.land(2)
    look = _look(waiting)
    assert (look.request, look.again) == (None, LATER + QUEUED)
    take(waiting.ws, first.request_id, now=LATER + LEASE)
    assert _look(waiting, LATER + LEASE).request is not None


def test_rows_of_a_query_are_announced(place: Place) -> None:
    place.ws = _scheduled(place.ws, source=SQL)
    assert "Nobody has said yet" in _look(place).sentence
    for word, number in [("a", 1), ("a", 1), ("b", 2)]:
        look = ask_for_new_data(place.ws, now=LATER, announced=Announcement(end=FEBRUARY, word=word))
        if look.request is not None:
            assert look.request.as_of == FEBRUARY
            _serve(place, look)
        assert len(place.ws.journal.state().requests) == number


def test_what_cannot_be_announced_is_refused(waiting: Place, place: Place) -> None:
    with pytest.raises(RunError, match="leave the end out"):
        ask_for_new_data(waiting.ws, now=LATER, announced=Announcement(end=FEBRUARY))
    place.ws = _scheduled(place.ws, source=SQL)
    with pytest.raises(RunError, match="in the future"):
        ask_for_new_data(place.ws, now=FEBRUARY, announced=Announcement(end=MARCH))
    place.ws = _scheduled(place.ws, schedule={"kind": "none"})
    with pytest.raises(RunError, match="its schedule is 'none'"):
        _look(place)
