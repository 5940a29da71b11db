"""A challenger is put before its approvers, and only what Airflow's own record proves makes it champion."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.journal.story import MODEL, POLICY, RUN, Story, request_of

from evergreen.core.clock import now
from evergreen.core.errors import AccessDenied, AlreadyExists, InputError, OutageError, Refused, RunError
from evergreen.flows.approval import Asking, approve, ask, respond
from evergreen.flows.delegation import delegate
from evergreen.flows.ledger import Ledger
from evergreen.flows.promotion_request import next_requested, requested_promotions
from evergreen.flows.release import promote, release, report
from evergreen.flows.workspace import Workspace
from evergreen.journal.decisions import record_delegation, record_verdict
from evergreen.journal.journal import Journal
from evergreen.journal.requests import open_request
from evergreen.records.approval import ApprovalPolicy
from evergreen.records.delegation import Delegation
from evergreen.records.promotion_request import TAG
from evergreen.records.report import Outcome
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_people import MemoryPeople
from evergreen.stores.memory_registry import MemoryRegistry

ASKED = ApprovalPolicy(required=True, because="The spec asks for a person's approval.", approvers=("ada", "bob"))
DAG = f"release__{MODEL}"


@dataclass
class Desk:
    """A model whose challengers people approve, and the page on which they do."""

    ws: Workspace
    people: MemoryPeople

    def challenge(self, number: int, policy: ApprovalPolicy = ASKED, **asked: Any) -> str:
        """A run has ended at a challenger; gives its id."""
        run, story = replace(RUN, run_id=f"run{number}", asked_by="dan"), Story(number)
        run = replace(run, **asked)
        ledger = Ledger(self.ws.store, MODEL, run.run_id)
        ledger.begin(run)
        ledger.keep("gate", story.verdict, story.verdict.digest)
        ledger.keep("refit", story.refit, story.refit.digest)
        record_verdict(self.ws.journal, run, story.verdict, story.refit, replace(POLICY, approval=policy))
        return run.run_id

    def put(self, run_id: str, release_run: str = "r1") -> Asking:
        """The release DAG asks, and Airflow shows the page."""
        asking = ask(self.ws, run_id, release_run)
        assert asking is not None
        self.people.put(asking.question, [known for known, _ in asking.assigned])
        return asking

    def answer(self, run_id: str, person: str, *, yes: bool = True) -> None:
        """Somebody answers at the login."""
        self.people.login = person
        respond(self.ws, run_id, yes=yes, reason="It is better.")


@pytest.fixture(params=[False, True], ids=["names", "numbers"])
def desk(request: pytest.FixtureRequest, small_spec: Callable[..., ModelSpec], tmp_path: Path) -> Desk:
    """Ids are names, as at the simple login, or numbers, as at FAB's."""
    store, registry = MemoryStore(), MemoryRegistry()
    people = MemoryPeople("ada", "bob", "carl", "dan", "eve", numbered=request.param)
    tracking: Any = registry
    ws = Workspace(
        spec=small_spec(), folder=tmp_path, store=store, registry=tracking, journal=Journal(store, MODEL), people=people
    )
    for number in (1, 2):
        registry.files[f"m{number}"] = {}
        registry.create_version(MODEL, run_id=f"run{number}", model_uri=f"m{number}", tags={})
    return Desk(ws, people)


def test_where_nobody_need_be_asked_nothing_is_asked(desk: Desk) -> None:
    run_id = desk.challenge(1, POLICY.approval)
    assert ask(desk.ws, run_id, "r1") is None
    assert approve(desk.ws, run_id).approved_by == "policy:auto"


def test_an_approver_makes_a_champion(desk: Desk) -> None:
    run_id = desk.challenge(1)
    asking = desk.put(run_id)
    assert [name for _, name in asking.assigned] == ["ada", "bob"]
    desk.answer(run_id, "bob")
    approval = approve(desk.ws, run_id)
    assert (approval.approved_by, approval.reason, approval.requesters) == ("bob", "It is better.", ("dan",))
    release(desk.ws, run_id)
    promote(desk.ws, run_id)
    told = report(desk.ws, run_id)
    assert told.outcome is Outcome.PROMOTED
    assert "Approved by bob: It is better." in told.text


def test_a_no_is_written_down_and_ends_it(desk: Desk) -> None:
    run_id = desk.challenge(1)
    desk.put(run_id)
    desk.answer(run_id, "ada", yes=False)
    assert not approve(desk.ws, run_id).approved
    assert desk.ws.journal.state().challenger is None
    with pytest.raises(Refused, match="was rejected by ada: It is better"):
        release(desk.ws, run_id)


@pytest.mark.parametrize("person", ["dan", "eve"], ids=["requester", "stranger"])
def test_the_server_refuses_who_is_not_assigned(desk: Desk, person: str) -> None:
    run_id = desk.challenge(1)
    desk.put(run_id)
    with pytest.raises(AccessDenied):
        desk.answer(run_id, person)


def test_only_the_first_answer_counts(desk: Desk) -> None:
    run_id = desk.challenge(1)
    desk.put(run_id)
    desk.answer(run_id, "ada", yes=False)
    with pytest.raises(AlreadyExists):
        desk.answer(run_id, "bob")


def test_a_task_that_was_marked_green_approves_nothing(desk: Desk) -> None:
    run_id = desk.challenge(1)
    desk.put(run_id)
    with pytest.raises(Refused, match="marked as done is no answer"):
        approve(desk.ws, run_id)
    with pytest.raises(Refused, match="marked as done is no answer"):
        approve(desk.ws, desk.challenge(2))


@pytest.mark.parametrize("chosen", ["Reject", "Approve"])
def test_a_time_out_approves_nothing(desk: Desk, chosen: str) -> None:
    run_id = desk.challenge(1)
    desk.people.expire(desk.put(run_id).question, chosen)
    if chosen == "Reject":
        assert approve(desk.ws, run_id).method == "timeout"
        return
    with pytest.raises(Refused, match="has no author"):
        approve(desk.ws, run_id)


@pytest.mark.parametrize("person", ["dan", "eve"], ids=["requester", "stranger"])
def test_an_answer_of_the_wrong_person_approves_nothing(desk: Desk, person: str) -> None:
    """Airflow lets everybody answer where nobody is assigned, or where all are admins."""
    run_id = desk.challenge(1)
    desk.people.put(desk.put(run_id).question, assigned=())
    desk.answer(run_id, person)
    with pytest.raises(Refused, match=f"{person} answered, who may not"):
        approve(desk.ws, run_id)
    assert not desk.ws.journal.state().approved


@pytest.mark.parametrize("dag", ["retrain", "release"])
def test_who_started_either_run_may_not_approve(desk: Desk, dag: str) -> None:
    run_id = desk.challenge(1, asked_by="schedule")
    started = run_id if dag == "retrain" else "r1"
    desk.people.requesters[f"{dag}__{MODEL}", started] = "ada"
    assert [name for _, name in desk.put(run_id).assigned] == ["bob"]
    desk.people.put(desk.put(run_id).question, assigned=())
    desk.answer(run_id, "ada")
    with pytest.raises(Refused, match="ada asked for it, and four eyes are needed"):
        approve(desk.ws, run_id)


def test_who_wrote_the_request_may_not_approve(desk: Desk) -> None:
    open_request(desk.ws.journal, replace(request_of("wind"), asked_by="bob"))
    run_id = desk.challenge(1, asked_by="request:wind", request_id="wind")
    assert [name for _, name in desk.put(run_id).assigned] == ["ada"]


def test_when_nobody_may_answer_nobody_is_let_in(desk: Desk) -> None:
    run_id = desk.challenge(1, replace(ASKED, approvers=("dan",)))
    with pytest.raises(RunError, match="nobody may approve: of the approvers dan"):
        ask(desk.ws, run_id, "r1")


def test_an_answer_about_another_version_approves_nothing(desk: Desk) -> None:
    first = desk.put(desk.challenge(1)).question
    second = desk.challenge(2)
    desk.people.put(first, assigned=())
    question = desk.put(second, "r2").question
    desk.people.put(replace(first, run_id=question.run_id), assigned=())
    desk.answer(second, "ada")
    with pytest.raises(Refused, match="is to another verdict"):
        approve(desk.ws, second)


def test_a_question_of_another_dag_approves_nothing(desk: Desk) -> None:
    run_id = desk.challenge(1)
    question = replace(desk.put(run_id).question, dag_id="anybodys")
    desk.people.put(question, assigned=())
    Ledger(desk.ws.store, MODEL, run_id).keep("ask", question, question.digest)
    desk.answer(run_id, "ada")
    with pytest.raises(Refused, match="nobody has answered"):
        approve(desk.ws, run_id)


def test_a_promotion_reads_the_answer_again(desk: Desk) -> None:
    run_id = desk.challenge(1)
    question = desk.put(run_id).question
    desk.answer(run_id, "ada")
    approve(desk.ws, run_id)
    release(desk.ws, run_id)
    desk.people.put(question, assigned=())
    with pytest.raises(Refused, match="is no longer what was approved by"):
        promote(desk.ws, run_id)
    assert desk.ws.journal.state().champion is None


def test_a_newer_challenger_withdraws_the_question_before_it(desk: Desk) -> None:
    first, second = desk.challenge(1), None
    desk.put(first, "r1")
    second = desk.challenge(2)
    desk.put(second, "r2")
    assert desk.people.withdrawn == {"r1": "Superseded: version 2 is asked about in r2."}
    with pytest.raises(Refused, match="no longer the challenger"):
        ask(desk.ws, first, "r3")


def test_a_delegate_is_asked_and_answers(desk: Desk) -> None:
    lent = Delegation(
        model=MODEL, approver="ada", delegate="carl", since=now(), until=now() + timedelta(days=1), reason="away"
    )
    record_delegation(desk.ws.journal, lent)
    run_id = desk.challenge(1)
    assert [name for _, name in desk.put(run_id).assigned] == ["ada", "bob", "carl"]
    desk.answer(run_id, "carl")
    assert approve(desk.ws, run_id).on_behalf_of == "ada"


def test_without_a_login_for_airflow_nothing_is_believed(desk: Desk) -> None:
    run_id = desk.challenge(1)
    desk.put(run_id)
    desk.answer(run_id, "ada")
    blind = Workspace(**{n: getattr(desk.ws, n) for n in ("spec", "folder", "store", "registry", "journal")})
    with pytest.raises(InputError, match="EVERGREEN_AIRFLOW_USER"):
        approve(blind, run_id)


def test_a_run_that_nobody_was_asked_about_cannot_be_answered(desk: Desk) -> None:
    run_id = desk.challenge(1)
    desk.people.login = "ada"
    with pytest.raises(RunError, match=f"the DAG {DAG} asks"):
        respond(desk.ws, run_id, yes=True, reason="")


def _tag(desk: Desk, number: int) -> str:
    return desk.ws.registry.versions(MODEL)[number - 1].tags[TAG]


def _request(desk: Desk, number: int, said: str = "ada, by mail") -> None:
    desk.ws.registry.tag_version(MODEL, number, {TAG: said})


def test_a_tag_in_the_registry_opens_the_same_approval(desk: Desk) -> None:
    run_id = desk.challenge(1)
    assert next_requested(desk.ws) is None
    _request(desk, 1)
    request = next_requested(desk.ws)
    assert request is not None
    assert (request.run_id, request.version, request.said) == (run_id, 1, "ada, by mail")
    assert next_requested(desk.ws) == request, "until the question is put, it is the same run"
    desk.put(run_id, request.release_run)
    assert _tag(desk, 1) == f"asked in {request.release_run}"
    assert next_requested(desk.ws) is None
    desk.answer(run_id, "ada")
    assert approve(desk.ws, run_id).approved


def test_a_tag_on_a_version_that_is_asked_about_opens_nothing_more(desk: Desk) -> None:
    desk.put(desk.challenge(1), "r1")
    _request(desk, 1)
    assert next_requested(desk.ws) is None
    assert _tag(desk, 1) == "asked in r1"


def test_a_question_that_led_to_nothing_can_be_asked_for_again(desk: Desk) -> None:
    run_id = desk.challenge(1)
    _request(desk, 1)
    first = next_requested(desk.ws)
    assert first is not None
    desk.put(run_id, first.release_run)
    desk.people.withdraw(DAG, first.release_run, "approve", "marked green")
    _request(desk, 1)
    second = next_requested(desk.ws)
    assert second is not None
    assert second.release_run != first.release_run


def test_a_tag_on_what_is_no_challenger_is_refused_in_words(desk: Desk) -> None:
    desk.challenge(1)
    desk.challenge(2)
    _request(desk, 1)
    assert next_requested(desk.ws) is None
    assert _tag(desk, 1) == "refused: only the challenger can be promoted, which is version 2 now"


def test_a_tag_on_the_champion_says_that_it_is_done(desk: Desk) -> None:
    run_id = desk.challenge(1, POLICY.approval)
    for step in (approve, release, promote):
        step(desk.ws, run_id)
    _request(desk, 1)
    assert next_requested(desk.ws) is None
    assert _tag(desk, 1) == "done: it is champion"


def test_only_an_approver_of_the_spec_delegates(desk: Desk, small_spec: Callable[..., ModelSpec]) -> None:
    until = now() + timedelta(days=1)
    with pytest.raises(RunError, match="ada is no approver and cannot delegate; the approvers are nobody"):
        delegate(desk.ws, approver="ada", delegate="carl", until=until, reason="away")
    ws = replace(desk.ws, spec=small_spec(approval={"mode": "required", "approvers": ["ada"]}))
    record = delegate(ws, approver="ada", delegate="carl", until=until, reason="away")
    assert ws.journal.state().delegations == (record,)
    with pytest.raises(RunError, match="carl is no approver"):
        delegate(ws, approver="carl", delegate="eve", until=until, reason="away, too")


def _opened(desk: Desk, **errors: Exception) -> Callable[[str], Workspace]:
    """Opens the one model that there is; others as ``errors`` say."""

    def opened(model: str) -> Workspace:
        if model in errors:
            raise errors[model]
        assert model == MODEL
        return desk.ws

    return opened


def _tagged(desk: Desk, *others: str) -> str:
    """A challenger with a tag that asks for its promotion; and other models with such a tag."""
    run_id = desk.challenge(1)
    desk.ws.registry.tag_version(MODEL, 1, {TAG: "please"})
    for other in others:
        uri = desk.ws.registry.versions(MODEL)[0].model_uri
        desk.ws.registry.create_version(other, run_id="r", model_uri=uri, tags={TAG: "please"})
    return run_id


def test_without_a_tag_no_model_is_opened(desk: Desk) -> None:
    desk.challenge(1)
    assert requested_promotions(desk.ws.registry, [MODEL], _opened(desk, **{MODEL: InputError("no")})) == ((), {})


def test_a_model_that_cannot_be_looked_at_stops_no_other(desk: Desk) -> None:
    run_id = _tagged(desk, "a_broken", "gone")
    opened = _opened(desk, a_broken=InputError("a_broken: no such column."))
    found, problems = requested_promotions(desk.ws.registry, ["a_broken", MODEL], opened)
    assert [(request.model, request.run_id) for request in found] == [(MODEL, run_id)]
    assert problems == {"a_broken": "a_broken: no such column."}


def test_an_outage_is_no_fault_of_one_model(desk: Desk) -> None:
    _tagged(desk)
    with pytest.raises(OutageError):
        requested_promotions(desk.ws.registry, [MODEL], _opened(desk, **{MODEL: OutageError("silent")}))
