"""What is to be done for a model now, or what wakes whoever waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evergreen.core.clock import frozen
from evergreen.core.errors import DataError, OutageError
from evergreen.flows.alerts import book_key, read_book
from evergreen.flows.landed import SETTLED, Announcement
from evergreen.flows.news import raw_digest, read_on
from evergreen.flows.requests import LEASE, ask, run_id_of, take
from evergreen.flows.watch import AGAIN, LONGEST, Wait, watch
from evergreen.journal.entry import key_of
from evergreen.journal.journal import Journal
from evergreen.journal.requests import close
from evergreen.records.request import RetrainRequest
from evergreen.stores.memory import MemoryStore

from .conftest import Place

NOW = datetime(2013, 7, 1, tzinfo=UTC)
SQL = {"kind": "sql", "connection": "warehouse", "query": "SELECT * FROM t WHERE at >= :start AND at < :end"}


def look(
    place: Place, *runs: str, now: datetime = NOW, ended: tuple[str, ...] = (), **more: Any
) -> RetrainRequest | Wait:
    """A look while Airflow has these runs, and these of them have ended."""
    return watch(place.ws, now=now, started=runs.__contains__, ended=ended.__contains__, **more)


def waited(place: Place, *runs: str, now: datetime = NOW, **more: Any) -> Wait:
    """A look that finds nothing to do."""
    found = look(place, *runs, now=now, **more)
    assert isinstance(found, Wait)
    return found


def request(place: Place) -> RetrainRequest:
    """Somebody asks."""
    return ask(place.ws, asked_by="ada", reason="it looks stale")


def on_data(place: Place, **changes: object) -> None:
    """Let the model be retrained on new data."""
    spec = place.ws.spec.model_dump() | {"schedule": {"kind": "on_data"}, **changes}
    place.ws = replace(place.ws, spec=place.ws.spec.model_validate(spec))


def test_a_request_behind_the_head_is_news(place: Place) -> None:
    wait = waited(place)
    assert (wait.sequence, wait.until, wait.raw) == (0, NOW + LONGEST, "")
    assert read_on(place.ws.store, "small", 0) == (0, False)
    asked = request(place)
    assert read_on(place.ws.store, "small", 0) == (1, True)
    assert look(place) == asked
    take(place.ws, asked.request_id, now=NOW)
    assert read_on(place.ws.store, "small", 1) == (2, False)
    request(place)
    assert read_on(place.ws.store, "small", 1) == (3, True)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff"])
def test_what_cannot_be_read_is_for_the_journal_to_judge(place: Place, data: bytes) -> None:
    place.ws.store.put(key_of("small", 1), data)
    assert read_on(place.ws.store, "small", 0) == (1, True)


def test_a_request_that_is_being_served_is_waited_for_until_its_lease_is_over(place: Place) -> None:
    asked = request(place)
    take(place.ws, asked.request_id, now=NOW)
    run_id = run_id_of(asked.request_id)
    late = NOW + LEASE - timedelta(minutes=10)
    assert waited(place, run_id).until == NOW + LONGEST
    assert waited(place, run_id, now=late).until == NOW + LEASE
    assert look(place, run_id, now=NOW + LEASE) == asked


def test_one_whose_run_has_failed_is_closed_when_its_lease_is_over_and_told(place: Place) -> None:
    asked = request(place)
    take(place.ws, asked.request_id, now=NOW)
    run_id = run_id_of(asked.request_id)
    early = NOW + LEASE - timedelta(seconds=1)
    assert isinstance(look(place, run_id, now=early, ended=(run_id,)), Wait), "it may be cleared"
    assert place.ws.journal.state().requests[asked.request_id].status == "claimed"
    assert isinstance(look(place, run_id, now=NOW + LEASE, ended=(run_id,)), Wait)
    status = place.ws.journal.state().requests[asked.request_id]
    assert (status.status, status.outcome, status.claims) == ("closed", "failed", 1)
    assert isinstance(look(place, run_id, now=NOW + LEASE, ended=(run_id,)), Wait)
    (waiting,) = read_book(place.ws.store, "small").waiting
    assert waiting.alert.title == "small: a retraining has failed"
    assert f"Run {run_id} of retrain__small has ended without a result" in waiting.alert.body
    assert "it looks stale" in waiting.alert.body


def test_a_book_that_cannot_be_read_keeps_no_request_waiting(place: Place) -> None:
    asked = request(place)
    take(place.ws, asked.request_id, now=NOW)
    place.ws.store.put(book_key("small"), b"junk")
    run_id = run_id_of(asked.request_id)
    assert isinstance(look(place, run_id, now=NOW + LEASE, ended=(run_id,)), Wait)
    assert place.ws.journal.state().requests[asked.request_id].outcome == "failed"


def test_one_whose_run_closes_it_meanwhile_is_not_told(place: Place) -> None:
    asked = request(place)
    take(place.ws, asked.request_id, now=NOW)

    def ending(run_id: str) -> bool:
        close(Journal(place.ws.store, "small"), asked.request_id, run_id, "challenger", "It passed.")
        return True

    found = watch(place.ws, now=NOW + LEASE, started=lambda _: True, ended=ending)
    assert isinstance(found, Wait)
    assert place.ws.journal.state().requests[asked.request_id].outcome == "challenger"
    assert read_book(place.ws.store, "small").waiting == ()


class Silent(MemoryStore):
    """A store that can fall silent."""

    silent = False

    def versions(self, prefix: str, *, after: str = "") -> Any:
        """What lies there, or an outage."""
        if self.silent:
            raise OutageError("http://s3 does not answer.")
        return super().versions(prefix, after=after)


@contextmanager
def silence(place: Place) -> Iterator[None]:
    """The store does not answer."""
    store = Silent()
    store.silent = True
    journal = type(place.ws.journal)(store, place.ws.model)
    kept, place.ws = place.ws, replace(place.ws, store=store, journal=journal)
    yield
    place.ws = kept


def test_an_outage_is_waited_out(place: Place) -> None:
    with silence(place):
        wait = waited(place)
    assert (wait.sequence, wait.until, wait.sentence) == (None, NOW + AGAIN, "http://s3 does not answer.")


def test_raw_objects_are_waited_for_until_they_have_settled(place: Place) -> None:
    on_data(place)
    with frozen(NOW):
        place.land(1)
    landing = waited(place)
    assert (landing.raw, landing.until) == ("small/raw/", NOW + SETTLED)
    assert landing.seen == raw_digest(place.ws.store, "small/raw/")
    found = look(place, now=NOW + SETTLED)
    assert isinstance(found, RetrainRequest)
    assert found.reason == "The data is complete up to 2013-02-01 00:00 UTC."
    take(place.ws, found.request_id, now=NOW)
    assert waited(place, run_id_of(found.request_id), now=NOW + SETTLED).until == NOW + SETTLED + LONGEST


def test_bytes_that_are_landed_again_are_no_news(place: Place) -> None:
    place.land(1)
    before = raw_digest(place.ws.store, "small/raw/")
    place.land(1)
    assert raw_digest(place.ws.store, "small/raw/") == before
    place.land(1, slope=2.0)
    assert raw_digest(place.ws.store, "small/raw/") != before


def test_bad_data_stops_no_request(place: Place) -> None:
    on_data(place)
    for month in (1, 3):
        place.land(month)
    asked = request(place)
    assert look(place) == asked
    take(place.ws, asked.request_id, now=NOW)
    with pytest.raises(DataError, match="no raw object"):
        look(place, run_id_of(asked.request_id))


def test_rows_of_a_query_are_looked_for_each_minute(place: Place) -> None:
    on_data(place, source=SQL)
    wait = waited(place)
    assert (wait.raw, wait.until) == ("", NOW + timedelta(minutes=1))
    found = look(place, announced=Announcement(end=NOW, word="a"))
    assert isinstance(found, RetrainRequest)
    assert found.as_of == NOW
