"""Requests are served by one run at a time, and once."""

from datetime import timedelta

import pytest
from tests.unit.journal.story import MODEL, START, request_of

from evergreen.core.errors import Refused
from evergreen.journal.journal import Journal
from evergreen.journal.requests import claim, close, open_request, open_requests
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
