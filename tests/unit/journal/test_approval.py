"""Who may answer for a version, and how long an answer holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.story import MODEL, POLICY, RUN, Story

from evergreen.core.clock import now
from evergreen.core.errors import Refused
from evergreen.journal.approval import entitled, may_answer
from evergreen.journal.decisions import (
    may_promote,
    record_approval,
    record_delegation,
    record_promotion,
    record_release,
    record_verdict,
)
from evergreen.journal.journal import Journal
from evergreen.records.approval import UNASKED, Approval, ApprovalPolicy
from evergreen.records.delegation import Delegation
from evergreen.stores.memory import MemoryStore

DAY = timedelta(days=1)
ASKED = ApprovalPolicy(required=True, because="The spec asks for a person's approval.", approvers=("ada", "bob"))
NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


def lent(approver: str = "ada", delegate: str = "carl", since: timedelta = -DAY, until: timedelta = DAY) -> Delegation:
    """A right that is lent around noon."""
    return Delegation(
        model=MODEL, approver=approver, delegate=delegate, since=NOON + since, until=NOON + until, reason="a week off"
    )


def said(person: str = "ada", **changes: Any) -> Approval:
    """A person's yes to the first version."""
    by = {"method": "person", "approved_by": person, "evidence": "e" * 64, "answered_at": now(), "requesters": ("dan",)}
    return replace(Story(1).approval, **{**by, **changes})


@pytest.fixture
def journal() -> Journal:
    """A journal with a challenger that a person must approve."""
    made = Journal(MemoryStore(), MODEL)
    record_verdict(made, RUN, Story(1).verdict, Story(1).refit, replace(POLICY, approval=ASKED))
    return made


@pytest.mark.parametrize(
    ("person", "requesters", "delegations", "right"),
    [
        ("ada", ("dan",), (), "ada"),
        ("dan", (), (), None),
        ("ada", ("ada",), (), None),
        ("ada", ("ADA",), (), None),
        ("carl", (), (lent(),), "ada"),
        ("carl", ("carl",), (lent(),), None),
        ("carl", ("ada",), (lent(),), None),
        ("carl", ("ada",), (lent(), lent("bob")), "bob"),
        ("carl", (), (lent(until=-DAY / 2),), None),
        ("carl", (), (lent(since=DAY / 2),), None),
        ("carl", (), (lent("dan"),), None),
        ("eve", (), (lent(), lent("carl", "eve")), None),
    ],
)
def test_who_may_answer(
    person: str, requesters: tuple[str, ...], delegations: tuple[Delegation, ...], right: str | None
) -> None:
    assert entitled(ASKED, delegations, person, requesters, NOON) == right


@given(st.sampled_from(["ada", "bob", "carl", "dan"]), st.sets(st.sampled_from(["ada", "bob", "carl", "dan", "BOB"])))
def test_no_requester_ever_answers(person: str, requesters: set[str]) -> None:
    right = entitled(ASKED, (lent(), lent("bob", "dan")), person, requesters, NOON)
    low = {name.lower() for name in requesters}
    assert right is None or not {person, right} & low


def test_an_approver_releases_and_the_journal_says_who(journal: Journal) -> None:
    record_approval(journal, said())
    record_release(journal, Story(1).release)
    record_promotion(journal, Story(1).promotion)
    state = journal.state()
    assert state.champion is not None
    approval = state.approved[state.champion.package]
    assert (approval.approved_by, approval.requesters, approval.method) == ("ada", ("dan",), "person")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Story(1).approval, "The policy cannot answer for ada, bob"),
        (said("dan", requesters=()), "dan may not answer: the approvers are ada, bob"),
        (said("ada", requesters=("ada",)), "four eyes"),
        (said("carl"), "carl may not answer"),
        (said(evidence=None), "lacks Airflow's record"),
        (said(answered_at=None), "lacks Airflow's record"),
        (said(method="timeout"), "nobody answered in time"),
    ],
    ids=["policy", "stranger", "requester", "delegate of nobody", "no evidence", "no time", "time-out"],
)
def test_what_approves_nothing(journal: Journal, answer: Approval, message: str) -> None:
    with pytest.raises(Refused, match=message):
        record_approval(journal, answer)
    with pytest.raises(Refused, match="nobody has approved"):
        record_release(journal, Story(1).release)


def test_a_forged_approval_is_no_way_to_a_promotion(journal: Journal) -> None:
    """Whoever could write an entry past the checks of approvals still meets those of promotions."""
    record_approval(journal, said())
    record_release(journal, Story(1).release)
    state = journal.state()
    forged = replace(state, approved={Story(1).release.package: Story(1).approval})
    may_promote(state, Story(1).promotion)
    with pytest.raises(Refused, match=r"asks for a person's approval\. Nobody has"):
        may_promote(forged, Story(1).promotion)
    forged = replace(state, approved={Story(1).release.package: said("eve")})
    with pytest.raises(Refused, match="eve has approved it, who may not"):
        may_promote(forged, Story(1).promotion)


def test_a_delegate_answers_while_the_right_is_lent(journal: Journal) -> None:
    answer = said("carl", on_behalf_of="ada")
    with pytest.raises(Refused, match="carl may not answer"):
        record_approval(journal, answer)
    record_delegation(journal, replace(lent(), since=now() - DAY, until=now() + DAY))
    record_approval(journal, answer)
    assert journal.state().approved


def test_a_delegation_is_taken_back_by_a_shorter_one(journal: Journal) -> None:
    record_delegation(journal, replace(lent(), since=now() - DAY, until=now() + DAY))
    record_delegation(journal, replace(lent(), since=now() - DAY, until=now() - DAY / 2))
    assert len(journal.state().delegations) == 1
    with pytest.raises(Refused, match="carl may not answer"):
        record_approval(journal, said("carl"))


def test_nobody_delegates_to_oneself(journal: Journal) -> None:
    with pytest.raises(Refused, match="ada cannot delegate to Ada"):
        record_delegation(journal, lent("ada", "Ada"))


def test_an_approval_expires(journal: Journal) -> None:
    record_approval(journal, said(answered_at=now() - timedelta(days=7, seconds=1)))
    with pytest.raises(Refused, match=r"has expired\. Ask again"):
        record_release(journal, Story(1).release)
    record_approval(journal, said("bob"))
    record_release(journal, Story(1).release)


def test_the_policy_of_the_verdict_stays_when_the_spec_becomes_laxer(journal: Journal) -> None:
    record_verdict(journal, RUN, Story(1).verdict, Story(1).refit, replace(POLICY, approval=UNASKED))
    assert journal.state().passed[Story(1).release.package].approval == ASKED
    with pytest.raises(Refused, match="The policy cannot answer"):
        record_approval(journal, Story(1).approval)


def test_where_nobody_need_be_asked_the_policy_answers() -> None:
    may_answer("no", UNASKED, (), Story(1).approval)
