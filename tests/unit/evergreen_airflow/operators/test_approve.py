"""The page puts the question of the policy, and how its task ends proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput
from tests.unit.journal.story import MODEL, POLICY, RUN, Story

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.decisions import record_verdict
from evergreen.records.approval import UNASKED, ApprovalPolicy
from evergreen.stores.memory_people import MemoryPeople
from evergreen_airflow.operators.approve import ApproveOperator
from evergreen_airflow.operators.confirm import ConfirmOperator

Make = Callable[..., Any]
ASKED = ApprovalPolicy(required=True, because="Somebody must.", approvers=("ada",), timeout=timedelta(hours=2))


@pytest.fixture
def challenge(memory_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[[ApprovalPolicy], Workspace]:
    """Put a challenger into the journal that is judged under this policy."""
    ws = replace(memory_workspace, people=MemoryPeople("ada", "bob", numbered=True))
    monkeypatch.setattr("evergreen.flows.workspace.open_workspace", lambda _model, **_more: ws)

    def challenged(policy: ApprovalPolicy) -> Workspace:
        ledger, story = Ledger(ws.store, MODEL, "m1"), Story(1)
        ledger.begin(replace(RUN, run_id="m1", asked_by="dan"))
        ledger.keep("gate", story.verdict, story.verdict.digest)
        ledger.keep("refit", story.refit, story.refit.digest)
        record_verdict(ws.journal, RUN, story.verdict, story.refit, replace(POLICY, approval=policy))
        return ws

    return challenged


def _approve() -> ApproveOperator:
    return ApproveOperator(task_id="approve", model=MODEL, run_id="m1")


def _waiting(context: Make) -> Any:
    made = context(run_id="r1")
    made["ti"].id = "4711"
    return {**made, "task_instance": made["ti"]}


def test_where_nobody_need_be_asked_there_is_no_page(
    challenge: Callable[[ApprovalPolicy], Workspace], put: dict[str, Any], context: Make
) -> None:
    challenge(UNASKED)
    assert _approve().execute(context(run_id="r1")) == {"asked": False}
    assert not put


def test_the_page_tells_what_is_asked_and_whom(
    challenge: Callable[[ApprovalPolicy], Workspace], put: dict[str, Any], context: Make
) -> None:
    challenge(ASKED)
    with pytest.raises(TaskAwaitingInput) as waiting:
        _approve().execute(_waiting(context))
    assert waiting.value.timeout == timedelta(hours=2)
    assert put["subject"] == "May version 1 of small become champion?"
    assert "Somebody must. dan asked for it. ada may answer, within 2h; silence is a no." in put["body"]
    assert "- PASS: AUC 0.70." in put["body"]
    assert (put["assigned_users"], put["defaults"]) == ([{"id": "1", "name": "ada"}], ["Reject"])
    assert put["params"]["verdict"]["value"] == Story(1).verdict.digest
    assert put["params"]["verdict"]["schema"]["enum"] == [Story(1).verdict.digest]


@pytest.mark.usefixtures("put")
def test_nothing_that_the_page_hands_on_approves_anything(
    challenge: Callable[[ApprovalPolicy], Workspace], context: Make
) -> None:
    ws = challenge(ASKED)
    with pytest.raises(TaskAwaitingInput):
        _approve().execute(_waiting(context))
    with pytest.raises(AirflowSkipException, match="nobody has answered"):
        ConfirmOperator(task_id="confirm", model=MODEL, run_id="m1").execute(context(run_id="r1"))
    assert not ws.journal.state().approved
