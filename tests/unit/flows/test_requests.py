"""Retrain requests, from the wish to the run that served it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evergreen.core.errors import RunError
from evergreen.flows import chain, requests, retrain
from evergreen.records.run import Way

from .conftest import Place

NOW = datetime(2013, 2, 1, 6, tzinfo=UTC)


def test_a_request_is_claimed_once_and_closed_by_the_report_of_its_run(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale", as_of=datetime(2013, 2, 1, tzinfo=UTC))
    assert requests.claim_next(place.ws, now=NOW) == asked
    run_id = requests.run_id_of(asked.request_id)
    assert asked.as_of is not None
    run = place.run(run_id, asked.as_of, way=Way.REQUEST, request_id=asked.request_id)
    report = chain.retrain(place.ws, run)
    assert requests.claim_next(place.ws, now=NOW) is None
    status = place.ws.journal.state().requests[asked.request_id]
    assert (status.status, status.run_id, status.outcome) == ("closed", run_id, report.outcome.value)


def test_a_claim_that_was_killed_before_its_run_began_is_taken_up_again(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale")
    later = requests.ask(place.ws, asked_by="bob", reason="me too")
    assert [requests.claim_next(place.ws, now=NOW), requests.claim_next(place.ws, now=NOW)] == [asked, later]
    minutes = [NOW + timedelta(minutes=m) for m in range(2)]
    again = {r.request_id for m in minutes if (r := requests.claim_next(place.ws, now=m)) is not None}
    assert again == {asked.request_id, later.request_id}
    retrain.begin(place.ws, place.run(requests.run_id_of(asked.request_id), NOW))
    assert [requests.claim_next(place.ws, now=m) for m in minutes] == [later, later]
    claims = [entry for entry in place.ws.journal.entries() if entry.kind == "request_claimed"]
    assert len(claims) == 2


@pytest.mark.parametrize("wrong", [{"request_id": "drift 2013"}, {"reason": "x" * 501}, {"reason": ""}])
def test_a_request_that_airflow_would_not_take_is_not_taken_here(place: Place, wrong: dict[str, Any]) -> None:
    with pytest.raises(RunError):
        requests.ask(place.ws, **({"asked_by": "ada", "reason": "it looks stale"} | wrong))


def test_a_request_that_no_run_could_serve_is_not_taken(place: Place) -> None:
    with pytest.raises(RunError, match="did you mean 'max_iter'"):
        requests.ask(place.ws, asked_by="ada", reason="faster", hyperparameters={"max_itre": 5})
    assert place.ws.journal.state().requests == {}


def test_a_request_whose_run_never_came_is_offered_again(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale")
    requests.claim_next(place.ws, now=NOW)
    assert requests.claim_next(place.ws, now=NOW + requests.LEASE + timedelta(seconds=1)) == asked


def test_asking_twice_with_one_id_is_asking_once(place: Place) -> None:
    for _ in range(2):
        requests.ask(place.ws, asked_by="ada", reason="it looks stale", request_id="r1")
    assert len(place.ws.journal.state().requests) == 1
