"""A request that waits for a person is asked about once, on a page, and only Airflow's record of the answer counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException, ParamValidationError, TaskAwaitingInput

from evergreen.core.clock import frozen, now
from evergreen.flows import requests
from evergreen.flows.confirmation import question_of
from evergreen.flows.workspace import Workspace
from evergreen.records.request import Confirmation
from evergreen.stores.memory_people import MemoryPeople
from evergreen_airflow.operators.answer import AnswerOperator
from evergreen_airflow.operators.ask import AskOperator
from evergreen_airflow.operators.unconfirmed import UnconfirmedOperator

Make = Callable[..., Any]
RUN, DAY = "confirm__r1", timedelta(days=1)


@pytest.fixture
def asked(memory_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Monitoring has asked for a retraining that ada must confirm within two days."""
    ws = replace(memory_workspace, people=MemoryPeople("ada", "bob", numbered=True))
    monkeypatch.setattr("evergreen.flows.workspace.open_workspace", lambda _model, **_more: ws)
    confirmation = Confirmation(confirmers=("ada",), within=2 * DAY)
    requests.ask(
        ws,
        asked_by="monitoring",
        reason="Wind drifts.",
        request_id="r1",
        as_of=datetime(2013, 6, 1, tzinfo=UTC),
        confirmation=confirmation,
    )
    return ws


def _ask(context: Make) -> Any:
    made = context(run_id=RUN)
    made["ti"].id, made["ti"].run_id = "4711", RUN
    made["task_instance"] = made["ti"]
    return AskOperator(task_id="ask", model="small", request_id="r1").execute(made)


def _answer(context: Make) -> tuple[Any, str]:
    made = context(run_id=RUN)
    summary = AnswerOperator(task_id="answer", model="small", request_id="r1").execute(made)
    return summary, made["ti"].pushed["note"]


@pytest.mark.usefixtures("asked")
def test_the_run_that_asks_derives_from_the_request(context: Make) -> None:
    task = UnconfirmedOperator(task_id="unconfirmed", model="small")
    found = {"run_id": RUN, "conf": {"request_id": "r1"}}
    assert [task.execute(context()) for _ in range(2)] == [found, found]


@pytest.mark.usefixtures("memory_workspace")
def test_without_a_request_that_waits_nothing_is_asked(context: Make) -> None:
    with pytest.raises(AirflowSkipException, match="No request waits to be confirmed"):
        UnconfirmedOperator(task_id="unconfirmed", model="small").execute(context())


@pytest.mark.usefixtures("asked")
def test_the_page_asks_the_confirmers_and_demands_a_cause(put: dict[str, Any], context: Make) -> None:
    with pytest.raises(TaskAwaitingInput) as waiting:
        _ask(context)
    assert waiting.value.timeout is not None
    assert timedelta() < waiting.value.timeout <= 2 * DAY
    assert put["subject"] == "May small be retrained?"
    assert "Asked for by monitoring: Wind drifts." in put["body"]
    assert "/evergreen/reports/small/monitoring/2013-06-01T0000Z/page.html" in put["body"]
    assert (put["assigned_users"], put["defaults"]) == ([{"id": "1", "name": "ada"}], ["Reject"])
    assert (put["params"]["reason"]["schema"]["type"], put["params"]["reason"]["value"]) == ("string", None)
    assert put["params"]["request"]["schema"]["enum"] == ["r1"]


@pytest.mark.parametrize("reason", ["A new airline.", None])
def test_an_answer_is_handed_on_whatever_it_is(reason: str | None, context: Make) -> None:
    """None stands where nobody has answered in time."""
    event = {"chosen_options": ["Reject"], "params_input": {"reason": reason, "request": "r1"},
             "responded_at": now(), "responded_by_user": None}  # fmt: skip
    done = AskOperator(task_id="ask", model="small").execute_complete(context(), event)
    assert done == {"asked": True, "chosen": ["Reject"]}


def test_a_blank_cause_fails_the_task_which_asks_again(context: Make) -> None:
    event = {"chosen_options": ["Approve"], "params_input": {"reason": " ", "request": "r1"},
             "responded_at": now(), "responded_by_user": {"id": "1", "name": "ada"}}  # fmt: skip
    with pytest.raises(ParamValidationError):
        AskOperator(task_id="ask", model="small").execute_complete(context(), event)


def test_a_yes_is_written_down_and_noted(asked: Workspace, context: Make) -> None:
    people: Any = asked.people
    people.put(question_of("small", "r1"), ["1"])
    people.login = "ada"
    people.respond(question_of("small", "r1"), "Approve", "A new airline.")
    summary, note = _answer(context)
    assert summary == {"request_id": "r1", "status": "open", "confirmed_by": "ada"}
    assert note == "Request r1 of small is confirmed by ada: A new airline."
    with pytest.raises(AirflowSkipException, match="Nobody need be asked"):
        _ask(context)


@pytest.mark.usefixtures("put")
def test_nothing_that_the_page_hands_on_confirms_anything(asked: Workspace, context: Make) -> None:
    with pytest.raises(TaskAwaitingInput):
        _ask(context)
    with pytest.raises(AirflowSkipException, match="nobody has answered"):
        _answer(context)
    assert asked.journal.state().requests["r1"].status == "unconfirmed"


def test_when_the_time_is_over_nobody_is_asked_and_the_answer_is_no(
    asked: Workspace, put: dict[str, Any], context: Make
) -> None:
    with frozen(now() + 2 * DAY):
        assert _ask(context) == {"asked": False}
        assert not put
        summary, note = _answer(context)
    assert summary["status"] == "closed"
    assert note.endswith("not confirmed, by timeout: nobody has answered in time.")
