"""A request of monitoring waits for a person where the spec says so, and only Airflow's own record confirms it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evergreen.core.clock import frozen
from evergreen.core.errors import AccessDenied, AlreadyExists, Refused, RunError
from evergreen.flows import confirmation, requests
from evergreen.flows.confirmation import Asking, lapse, question_of, respond, settle, told
from evergreen.flows.news import read_on
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.journal.requests import NOT_CONFIRMED
from evergreen.journal.state import RequestStatus
from evergreen.records.request import Confirmation
from evergreen.spec.model import ModelSpec
from evergreen.spec.monitoring import Retraining
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_people import MemoryPeople
from evergreen.stores.memory_registry import MemoryRegistry

NOON = datetime(2013, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Retraining(confirm="required", confirmers=("ada", "bob"))
RUN = "confirm__r1"


@dataclass
class Desk:
    """A model whose retrainings people confirm, and the page on which they do."""

    ws: Workspace
    people: MemoryPeople

    def open(self, **changes: Any) -> None:
        """Monitoring asks, at noon."""
        asked = {"confirmation": confirmation.confirmation_of(POLICY), **changes}
        with frozen(NOON):
            requests.ask(self.ws, asked_by="monitoring", reason="Wind drifts.", request_id="r1", as_of=NOON, **asked)

    def put(self, at: datetime = NOON) -> Asking:
        """The DAG asks, and Airflow shows the page."""
        with frozen(at):
            asking = confirmation.ask(self.ws, "r1", RUN)
            assert asking is not None
            self.people.put(asking.question, [known for known, _ in asking.assigned])
        return asking

    def answer(self, person: str, *, yes: bool = True, cause: str = "A new airline.", at: datetime = NOON) -> None:
        """Somebody answers at the login."""
        self.people.login = person
        with frozen(at):
            respond(self.ws, None, yes=yes, cause=cause)

    def settle(self, at: datetime = NOON) -> RequestStatus:
        """The task that follows reads Airflow's record."""
        with frozen(at):
            return settle(self.ws, "r1")

    @property
    def served(self) -> str | None:
        """The request that a run must be started for."""
        state = self.ws.journal.state()
        found = requests.next_waiting(self.ws, state, now=NOON + 30 * DAY, started=lambda _: False)
        return None if found is None else found.request_id


@pytest.fixture(params=[False, True], ids=["names", "numbers"])
def desk(request: pytest.FixtureRequest, small_spec: Callable[..., ModelSpec], tmp_path: Path) -> Desk:
    """Ids are names, as at the simple login, or numbers, as at FAB's. A request waits to be confirmed."""
    store, registry = MemoryStore(), MemoryRegistry()
    people = MemoryPeople("ada", "bob", "carl", numbered=request.param)
    tracking: Any = registry
    journal = Journal(store, "small")
    ws = Workspace(spec=small_spec(), folder=tmp_path, store=store, registry=tracking, journal=journal, people=people)
    desk = Desk(ws, people)
    desk.open()
    return desk


def test_where_the_spec_says_auto_nobody_is_waited_for(desk: Desk) -> None:
    assert confirmation.confirmation_of(Retraining()) is None
    assert confirmation.confirmation_of(POLICY) == Confirmation(confirmers=("ada", "bob"), within=3 * DAY)


def test_nothing_serves_what_nobody_has_confirmed(desk: Desk) -> None:
    assert desk.ws.journal.state().requests["r1"].status == "unconfirmed"
    assert desk.served is None
    with pytest.raises(Refused, match=r"request 'r1' is unconfirmed \(entry 1\)"):
        requests.take(desk.ws, "r1", now=NOON)


def test_a_yes_opens_the_request_and_its_run_says_the_cause(desk: Desk) -> None:
    assert [name for _, name in desk.put().assigned] == ["ada", "bob"]
    desk.answer("bob")
    status = desk.settle()
    assert (status.status, status.confirmed_by, status.cause) == ("open", "bob", "A new airline.")
    assert told(desk.ws, status) == "Request r1 of small is confirmed by bob: A new airline."
    entry = desk.ws.journal.entry(status.sequence)
    asked = desk.people.answer(question_of("small", "r1"))
    assert asked is not None
    assert (entry.actor, entry.body["evidence"], entry.body["answered_at"]) == (
        "bob",
        asked.digest,
        "2013-06-01T12:00:00Z",
    )
    assert desk.served == "r1"
    assert requests.take(desk.ws, "r1", now=NOON).reason == "bob has confirmed it: A new airline. Wind drifts."


def test_whoever_waits_for_requests_is_woken_by_the_yes(desk: Desk) -> None:
    desk.put()
    desk.answer("ada")
    assert read_on(desk.ws.store, "small", 1) == (1, False)
    desk.settle()
    assert read_on(desk.ws.store, "small", 1) == (2, True)


def test_a_long_cause_leaves_a_reason_that_airflow_takes(desk: Desk) -> None:
    desk.put()
    desk.answer("ada", cause="x" * 300)
    desk.settle()
    assert len(requests.take(desk.ws, "r1", now=NOON).reason) <= requests.MAX_REASON


def test_settling_again_changes_nothing(desk: Desk) -> None:
    desk.put()
    desk.answer("ada")
    assert desk.settle() == desk.settle()
    assert desk.ws.journal.state().sequence == 2
    with pytest.raises(Refused, match=r"is confirmed by ada: A new airline\. Nobody need be asked"):
        desk.put()


def test_a_no_closes_the_request_and_says_whose_it_was(desk: Desk) -> None:
    desk.put()
    desk.answer("ada", yes=False, cause="The airport was closed.")
    status = desk.settle()
    assert (status.status, status.outcome, desk.served) == ("closed", NOT_CONFIRMED, None)
    assert told(desk.ws, status) == "Request r1 of small is not confirmed, by ada: The airport was closed."
    assert desk.ws.journal.entry(status.sequence).actor == "ada"


@pytest.mark.parametrize("chosen", ["Reject", "Approve"])
def test_silence_is_a_no_whatever_the_default_says(desk: Desk, chosen: str) -> None:
    desk.people.expire(desk.put().question, chosen)
    if chosen == "Reject":
        assert (
            told(desk.ws, desk.settle())
            == "Request r1 of small is not confirmed, by timeout: nobody has answered in time."
        )
        return
    with pytest.raises(Refused, match="the yes on Airflow's page has no author"):
        desk.settle()


def test_a_task_that_was_marked_green_confirms_nothing(desk: Desk) -> None:
    desk.put()
    with pytest.raises(Refused, match="A task that is marked as done is no answer"):
        desk.settle()
    assert desk.ws.journal.state().sequence == 1


def test_the_server_refuses_who_is_no_confirmer_and_a_second_answer(desk: Desk) -> None:
    desk.put()
    with pytest.raises(AccessDenied):
        desk.answer("carl")
    desk.answer("ada", yes=False)
    with pytest.raises(AlreadyExists):
        desk.answer("bob")


def test_an_answer_of_the_wrong_person_confirms_nothing(desk: Desk) -> None:
    """Airflow lets everybody answer where nobody is assigned, or where all are admins."""
    desk.people.put(desk.put().question, assigned=())
    desk.answer("carl")
    with pytest.raises(Refused, match="carl answered, who may not: the confirmers are ada, bob"):
        desk.settle()
    assert desk.served is None


def test_an_answer_about_another_request_confirms_nothing(desk: Desk) -> None:
    desk.people.put(replace(desk.put().question, request="r0"), assigned=())
    desk.answer("ada")
    with pytest.raises(Refused, match=r"is about another request \(r0\)"):
        desk.settle()


def test_a_yes_without_a_cause_confirms_nothing_and_a_no_needs_none(desk: Desk) -> None:
    with pytest.raises(RunError, match="a cause has 1 to 300 characters, this one 0"):
        desk.answer("ada", cause=" ")
    question = desk.put().question
    desk.people.login = "ada"
    desk.people.respond(question, "Approve", "")
    with pytest.raises(Refused, match=r"ada has noted no cause\. Clear the task ask of confirm__r1"):
        desk.settle()
    desk.put()
    desk.people.respond(question, "Reject", "")
    assert told(desk.ws, desk.settle()).endswith("not confirmed, by ada: no cause was noted.")


def test_the_time_runs_from_the_request_however_late_it_is_asked(desk: Desk) -> None:
    asking = desk.put(NOON + 2 * DAY)
    with frozen(NOON + 2 * DAY):
        assert asking.timeout == DAY
    with frozen(NOON + 3 * DAY):
        assert confirmation.ask(desk.ws, "r1", RUN) is None
    assert desk.settle(NOON + 3 * DAY).outcome == NOT_CONFIRMED


def test_a_request_that_no_dag_asks_about_lapses(desk: Desk) -> None:
    for days, status in ((3.9, "unconfirmed"), (4, "closed"), (5, "closed")):
        with frozen(NOON + days * DAY):
            lapse(desk.ws)
        assert desk.ws.journal.state().requests["r1"].status == status
    assert desk.ws.journal.state().sequence == 2
    assert desk.settle().outcome == NOT_CONFIRMED


def test_a_question_is_put_by_its_own_run_alone(desk: Desk) -> None:
    with pytest.raises(RunError, match="run 'by-hand' cannot ask about request 'r1'; confirm__r1 does"):
        confirmation.ask(desk.ws, "r1", "by-hand")
    with pytest.raises(Refused, match="there is no request 'r9'"):
        confirmation.ask(desk.ws, "r9", "confirm__r9")


def test_when_nobody_may_answer_nobody_is_let_in(desk: Desk) -> None:
    desk.ws = replace(desk.ws, people=MemoryPeople("carl"))
    with pytest.raises(RunError, match="none of the confirmers ada, bob has a login"):
        desk.put()


def test_there_must_be_something_to_answer(desk: Desk) -> None:
    with pytest.raises(RunError, match="this request waits to be confirmed no more, or never did; those that do: r1"):
        respond(desk.ws, "r9", yes=True, cause="Storms.")
    desk.put()
    desk.answer("ada")
    desk.settle()
    with pytest.raises(RunError, match="no request waits to be confirmed; those that do: none"):
        desk.answer("ada")


def test_a_request_that_nobody_must_confirm_is_asked_about_by_nobody(desk: Desk) -> None:
    requests.ask(desk.ws, asked_by="ada", reason="It looks stale.", request_id="r2")
    with pytest.raises(Refused, match=r"Request r2 of small is open\. Nobody need be asked"):
        confirmation.ask(desk.ws, "r2", "confirm__r2")
    assert desk.served == "r2"


def test_the_page_tells_what_was_found_and_whom_it_asks(desk: Desk) -> None:
    body = confirmation.body_of(desk.ws, desk.put())
    assert "Asked for by monitoring: Wind drifts." in body
    assert "ada or bob may answer, until 2013-06-04 12:00 UTC; silence is a no." in body
    assert confirmation.page_of(desk.put()) == "small/reports/monitoring/2013-06-01T1200Z/page.html"
