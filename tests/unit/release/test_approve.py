"""The policy approves what passed; a person's answer counts if Airflow's own record proves it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.journal.story import MODEL, Story

from evergreen.core.errors import Refused
from evergreen.records.answer import Answer
from evergreen.records.approval import UNASKED, Approval, ApprovalPolicy
from evergreen.records.delegation import Delegation
from evergreen.records.verdict import Judgement
from evergreen.release.approve import approve, prove

STORY = Story(3)
ASKED = ApprovalPolicy(required=True, because="The spec asks for a person's approval.", approvers=("ada", "bob"))
NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)
NAMES, NUMBERS = {"ada": "ada", "bob": "bob", "carl": "carl"}, {"ada": "7", "bob": "8", "carl": "9"}
LENT = Delegation(
    model=MODEL,
    approver="ada",
    delegate="carl",
    since=NOON - timedelta(days=1),
    until=NOON + timedelta(days=1),
    reason="away",
)


def answered(**changes: Any) -> Answer:
    """Ada has said yes at noon."""
    answer = Answer(
        model=MODEL,
        dag_id=f"release__{MODEL}",
        run_id="r1",
        task_id="approve",
        verdict=STORY.verdict.digest,
        package=STORY.refit.package.sha256,
        asked_at=NOON - timedelta(hours=1),
        assigned=("ada", "bob"),
        chosen="Approve",
        reason="It is better.",
        person_id="ada",
        person="ada",
        answered_at=NOON,
    )
    return replace(answer, **changes)


def proven(answer: Answer | None, ids: dict[str, str] = NAMES, **more: Any) -> Approval:
    """What the answer proves of the third version."""
    return prove(STORY.verdict, STORY.refit, ASKED, answer, ids, **more)


def test_the_policy_approves_a_challenger() -> None:
    approval = approve(STORY.verdict, STORY.refit, UNASKED)
    assert (approval.approved, approval.method, approval.approved_by) == (True, "policy", "policy:auto")
    assert (approval.version, approval.package, approval.verdict) == (
        3,
        STORY.refit.package.sha256,
        STORY.verdict.digest,
    )


def test_the_policy_does_not_answer_for_people() -> None:
    with pytest.raises(Refused, match="ada, bob may answer on Airflow's page"):
        approve(STORY.verdict, STORY.refit, ASKED)


def test_a_fail_is_refused_with_its_reasons() -> None:
    story = Story(3, judgement=Judgement.FAIL)
    with pytest.raises(Refused, match=r"version 3 cannot be approved: its verdict is FAIL\. AUC 0\.70\."):
        approve(story.verdict, story.refit, UNASKED)


def test_a_refit_outside_its_bounds_is_refused() -> None:
    story = Story(3, parity=False)
    with pytest.raises(Refused, match="Rank correlation"):
        prove(story.verdict, story.refit, ASKED, answered(), NAMES)


def test_a_refit_of_another_package_is_refused() -> None:
    with pytest.raises(Refused, match="the verdict is on"):
        approve(STORY.verdict, Story(4).refit, UNASKED)


def test_without_a_refit_the_gated_package_is_approved() -> None:
    as_gated = replace(STORY.refit, parity=None, package=replace(STORY.refit.package, sha256=STORY.verdict.package))
    assert approve(STORY.verdict, as_gated, UNASKED).package == STORY.verdict.package


@pytest.mark.parametrize("ids", [NAMES, NUMBERS], ids=["names", "numbers"])
def test_the_answer_of_an_approver_says_who_when_and_why(ids: dict[str, str]) -> None:
    answer = answered(person_id=ids["ada"])
    approval = proven(answer, ids, requesters=("dan",))
    assert (approval.approved, approval.approved_by, approval.reason) == (True, "ada", "It is better.")
    assert (approval.answered_at, approval.evidence, approval.requesters) == (NOON, answer.digest, ("dan",))
    assert (approval.method, approval.on_behalf_of) == ("person", None)


def test_a_no_is_an_answer_too() -> None:
    approval = proven(answered(chosen="Reject", reason=""))
    assert (approval.approved, approval.approved_by, approval.reason) == (False, "ada", "No reason was given.")


def test_a_delegate_answers_by_anothers_right() -> None:
    approval = proven(answered(person_id="carl", person="carl"), delegations=(LENT,))
    assert (approval.approved_by, approval.on_behalf_of) == ("carl", "ada")


def test_a_time_out_is_a_no_of_nobody() -> None:
    approval = proven(answered(chosen="Reject", reason="", person_id=None, person=None))
    assert (approval.approved, approval.method, approval.approved_by) == (False, "timeout", "timeout")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "nobody has answered"),
        (answered(chosen=None, person_id=None, person=None, answered_at=None), "marked as done is no answer"),
        (answered(person_id=None, person=None), "has no author"),
        (answered(verdict="v" * 64), "another verdict"),
        (answered(package="p" * 64), "another verdict"),
        (answered(person_id="eve", person="eve"), "eve answered, who may not: the approvers are ada, bob"),
        (answered(person_id="carl", person="carl"), "carl answered, who may not"),
        (answered(person_id="bob", person="bob"), "bob asked for it, and four eyes are needed"),
        (answered(person_id="ada", person="Bob"), "Bob answered, who may not"),
    ],
    ids=["never asked", "marked green", "no author", "other verdict", "other package", "stranger", "delegate of nobody",
         "requester", "requester by another id"],
)  # fmt: skip
def test_what_proves_nothing(answer: Answer | None, message: str) -> None:
    with pytest.raises(Refused, match=message):
        proven(answer, requesters=("bob",))


def test_a_number_that_is_somebody_elses_proves_nothing() -> None:
    with pytest.raises(Refused, match="eve answered, who may not"):
        proven(answered(person_id="10", person="eve"), NUMBERS)
