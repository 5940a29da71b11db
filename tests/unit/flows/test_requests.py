"""Retrain requests, from the wish to the run that served it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evergreen.core.errors import Refused, RunError
from evergreen.flows import chain, requests, retrain
from evergreen.records.request import RetrainRequest
from evergreen.records.run import Way

from .conftest import Place

NOW = datetime(2013, 2, 1, 6, tzinfo=UTC)


def waiting(place: Place, *runs: str, now: datetime = NOW) -> RetrainRequest | None:
    """The request that waits when Airflow has these runs."""
    return requests.next_waiting(place.ws, place.ws.journal.state(), now=now, started=runs.__contains__)


def serve(place: Place, request: RetrainRequest) -> str:
    """Claim the request and give the id of its run."""
    assert requests.take(place.ws, request.request_id, now=NOW) == request
    return requests.run_id_of(request.request_id)


def test_a_request_is_claimed_once_and_closed_by_the_report_of_its_run(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale", as_of=datetime(2013, 2, 1, tzinfo=UTC))
    assert waiting(place) == asked
    run_id = serve(place, asked)
    assert asked.as_of is not None
    run = place.run(run_id, asked.as_of, way=Way.REQUEST, request_id=asked.request_id)
    report = chain.retrain(place.ws, run)
    assert waiting(place) is None
    status = place.ws.journal.state().requests[asked.request_id]
    assert (status.status, status.run_id, status.outcome) == ("closed", run_id, report.outcome.value)
    with pytest.raises(Refused, match="is closed"):
        requests.take(place.ws, asked.request_id, now=NOW)


def test_requests_are_served_in_order(place: Place) -> None:
    asked = [requests.ask(place.ws, asked_by="ada", reason="it looks stale") for _ in range(3)]
    assert [serve(place, request) for _ in asked if (request := waiting(place, *runs_of(asked)))] == runs_of(asked)
    assert waiting(place, *runs_of(asked)) is None


def runs_of(asked: list[RetrainRequest]) -> list[str]:
    """The runs that may serve these requests."""
    return [requests.run_id_of(request.request_id) for request in asked]


def test_a_claim_whose_run_was_never_started_is_taken_up_again_behind_the_others(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale")
    run_id = serve(place, asked)
    assert waiting(place) == asked
    later = requests.ask(place.ws, asked_by="bob", reason="me too")
    assert waiting(place) == later
    serve(place, later)
    assert [waiting(place), serve(place, asked)] == [asked, run_id]
    assert waiting(place, run_id) == later
    claims = [entry for entry in place.ws.journal.entries() if entry.kind == "request_claimed"]
    assert len(claims) == 2


def test_a_run_that_is_there_or_has_begun_is_not_started_again(place: Place) -> None:
    run_id = serve(place, requests.ask(place.ws, asked_by="ada", reason="it looks stale"))
    assert waiting(place, run_id) is None
    retrain.begin(place.ws, place.run(run_id, NOW))
    assert waiting(place) is None


@pytest.mark.parametrize("wrong", [{"request_id": "drift 2013"}, {"reason": "x" * 501}, {"reason": ""}])
def test_a_request_that_airflow_would_not_take_is_not_taken_here(place: Place, wrong: dict[str, Any]) -> None:
    with pytest.raises(RunError):
        requests.ask(place.ws, **({"asked_by": "ada", "reason": "it looks stale"} | wrong))


def test_a_request_that_no_run_could_serve_is_not_taken(place: Place) -> None:
    with pytest.raises(RunError, match="did you mean 'max_iter'"):
        requests.ask(place.ws, asked_by="ada", reason="faster", hyperparameters={"max_itre": 5})
    assert place.ws.journal.state().requests == {}


def test_a_request_whose_run_never_reported_is_offered_again_when_its_lease_is_over(place: Place) -> None:
    asked = requests.ask(place.ws, asked_by="ada", reason="it looks stale")
    run_id = serve(place, asked)
    assert waiting(place, run_id, now=NOW + requests.LEASE - timedelta(seconds=1)) is None
    assert waiting(place, run_id, now=NOW + requests.LEASE) == asked


def test_asking_twice_with_one_id_is_asking_once(place: Place) -> None:
    for _ in range(2):
        requests.ask(place.ws, asked_by="ada", reason="it looks stale", request_id="r1")
    assert len(place.ws.journal.state().requests) == 1
