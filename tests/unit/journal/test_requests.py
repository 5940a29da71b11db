"""Requests are served by one run at a time, and once."""

from datetime import timedelta

import pytest
from tests.unit.journal.story import MODEL, START, confirmed_of, request_of, unconfirmed_of

from evergreen.core.errors import Refused
from evergreen.journal.journal import Journal
from evergreen.journal.requests import (
    NOT_CONFIRMED,
    claim,
    close,
    confirm,
    decline,
    open_request,
    open_requests,
    unconfirmed_requests,
)
from evergreen.stores.memory import MemoryStore

HOUR = timedelta(hours=1)


@pytest.fixture
def journal() -> Journal:
    journal = Journal(MemoryStore(), MODEL)
    open_request(journal, request_of("r1"))
    return journal


def test_an_open_request_waits(journal: Journal) -> None:
    open_request(journal, request_of("r2"))
    assert open_requests(journal.state(), START) == (request_of("r1"), request_of("r2"))


def test_one_that_stands_alone_is_not_asked_for_beside_another(journal: Journal) -> None:
    other = Journal(journal.store, MODEL)
    with pytest.raises(Refused, match="request r1 is not closed yet"):
        open_request(other, request_of("r2"), alone=True)
    assert open_request(other, request_of("r1"), alone=True).sequence == 1
    claim(other, "r1", "run", HOUR, START)
    close(other, "r1", "run", "challenger", "It passed.")
    assert open_request(journal, request_of("r2"), alone=True).sequence == 4


def test_asking_twice_is_asking_once(journal: Journal) -> None:
    assert open_request(journal, request_of("r1")).sequence == 1
    assert journal.state().sequence == 1


def test_one_id_cannot_ask_for_two_things(journal: Journal) -> None:
    with pytest.raises(Refused, match="Choose another id"):
        open_request(journal, request_of("r1", reason="another"))


def test_a_claimed_request_waits_no_more(journal: Journal) -> None:
    claim(journal, "r1", "run1", HOUR, START)
    assert open_requests(journal.state(), START) == ()


def test_the_same_run_may_claim_again(journal: Journal) -> None:
    first = claim(journal, "r1", "run1", HOUR, START)
    assert claim(journal, "r1", "run1", HOUR, START + HOUR / 2) == first


def test_another_run_may_not(journal: Journal) -> None:
    claim(journal, "r1", "run1", HOUR, START)
    with pytest.raises(Refused, match=r"claimed by run 'run1' \(entry 2\); run 'run2' cannot"):
        claim(journal, "r1", "run2", HOUR, START)


def test_a_lease_ends(journal: Journal) -> None:
    claim(journal, "r1", "run1", HOUR, START)
    assert open_requests(journal.state(), START + HOUR) == (request_of("r1"),)
    claim(journal, "r1", "run2", HOUR, START + HOUR)
    with pytest.raises(Refused):
        close(journal, "r1", "run1", "challenger", "")
    assert close(journal, "r1", "run2", "challenger", "version 3").body["outcome"] == "challenger"


def test_a_run_renews_a_lease_that_ended(journal: Journal) -> None:
    claim(journal, "r1", "run1", HOUR, START)
    claim(journal, "r1", "run1", HOUR, START + HOUR)
    status = journal.state().requests["r1"]
    assert (status.claims, status.lease_until) == (2, START + 2 * HOUR)


def test_a_closed_request_is_over(journal: Journal) -> None:
    claim(journal, "r1", "run1", HOUR, START)
    first = close(journal, "r1", "run1", "challenger", "")
    assert close(journal, "r1", "run1", "failed", "a later attempt") == first
    assert open_requests(journal.state(), START + 10 * HOUR) == ()
    assert journal.state().requests["r1"].outcome == "challenger"
    for run in ("run1", "run2"):
        with pytest.raises(Refused, match="closed"):
            claim(journal, "r1", run, HOUR, START + 10 * HOUR)
    with pytest.raises(Refused, match="closed by run 'run1'"):
        close(journal, "r1", "run2", "challenger", "")
    assert open_request(journal, request_of("r1")).sequence == 1


def test_an_unknown_request_is_refused(journal: Journal) -> None:
    with pytest.raises(Refused, match="no request 'r9'"):
        claim(journal, "r9", "run1", HOUR, START)
    with pytest.raises(Refused, match="no request 'r9'"):
        close(journal, "r9", "run1", "failed", "")


@pytest.fixture
def asking(journal: Journal) -> Journal:
    """A second request, which ada or ben must confirm."""
    open_request(journal, unconfirmed_of("r2"))
    return journal


def test_what_must_be_confirmed_is_served_to_nobody_before(asking: Journal) -> None:
    state = asking.state()
    assert open_requests(state, START) == (request_of("r1"),)
    assert [status.request.request_id for status in unconfirmed_requests(state)] == ["r2"]
    status = state.requests["r2"]
    assert status.confirm_until == status.opened_at + HOUR
    assert state.requests["r1"].confirm_until is None
    with pytest.raises(Refused, match=r"request 'r2' is unconfirmed \(entry 2\); run 'run1' cannot have it"):
        claim(asking, "r2", "run1", HOUR, START)


def test_a_confirmed_request_waits_for_a_run_as_any_other(asking: Journal) -> None:
    first = confirm(asking, confirmed_of("r2", by="ben"))
    assert confirm(asking, confirmed_of("r2", by="ben")) == first
    status = asking.state().requests["r2"]
    assert (status.status, status.confirmed_by, status.cause) == ("open", "ben", "storms")
    assert len(open_requests(asking.state(), START)) == 2
    claim(asking, "r2", "run1", HOUR, START)
    assert close(asking, "r2", "run1", "challenger", "").body["outcome"] == "challenger"
    with pytest.raises(Refused, match="waits for nobody's word"):
        confirm(asking, confirmed_of("r1", by="ben"))


def test_only_a_confirmer_confirms(asking: Journal) -> None:
    with pytest.raises(Refused, match="eve cannot confirm request 'r2'; ada, ben can"):
        confirm(asking, confirmed_of("r2", by="eve"))


def test_after_a_no_there_is_no_yes(asking: Journal) -> None:
    first = decline(asking, "r2", "confirm__r2", "ada", "The airport was closed.")
    assert decline(asking, "r2", "confirm__r2", "timeout", "") == first
    assert (first.actor, first.body["detail"]) == ("ada", "ada: The airport was closed.")
    assert asking.state().requests["r2"].outcome == NOT_CONFIRMED
    with pytest.raises(Refused, match="is closed by run 'confirm__r2'"):
        confirm(asking, confirmed_of("r2", by="ben"))


def test_after_a_yes_there_is_no_no(asking: Journal) -> None:
    confirm(asking, confirmed_of("r2", by="ada"))
    for request_id in ("r1", "r2"):
        with pytest.raises(Refused, match="is open"):
            decline(asking, request_id, "confirm__r2", "timeout", "")
