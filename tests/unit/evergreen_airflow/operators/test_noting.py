"""Operators that are a DAG by themselves: their words become the note, a refusal's too."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from tests.unit.flows.governed import opened
from tests.unit.journal.story import MODEL

from evergreen.flows import books as room
from evergreen.flows.books import Books
from evergreen_airflow.operators.freeze import FreezeOperator
from evergreen_airflow.operators.govern import GovernOperator
from evergreen_airflow.operators.rollback import RollbackOperator

Make = Callable[..., Any]


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    found, _ = opened()
    monkeypatch.setattr(room, "open_books", lambda _model: found)
    return found


def _rollback(context: Make, **form: Any) -> Any:
    return context(params={"version": None, "champion": None, "reason": "worse"} | form, triggering_user_name="ann")


def test_a_rollback_says_what_it_did_in_the_note(books: Books, context: Make) -> None:
    ctx = _rollback(context)
    summary = RollbackOperator(task_id="rollback", model=MODEL).execute(ctx)
    assert summary["outcome"] == "rolled back"
    assert "version 1 is champion again, by ann" in ctx["ti"].pushed["note"]
    state = books.journal.state()
    assert state.champion is not None
    assert state.champion.version == 1


@pytest.mark.usefixtures("books")
def test_a_refusal_is_skipped_and_stands_in_the_note(context: Make) -> None:
    ctx = _rollback(context, version=2)
    with pytest.raises(AirflowSkipException, match="it is champion already"):
        RollbackOperator(task_id="rollback", model=MODEL).execute(ctx)
    assert "it is champion already" in ctx["ti"].pushed["note"]


def test_a_rollback_of_another_champion_than_it_was_asked_for_is_skipped(books: Books, context: Make) -> None:
    ctx = _rollback(context, champion=1)
    with pytest.raises(
        AirflowSkipException, match=r"version 2 .* is champion now, not the one that was to be taken back"
    ):
        RollbackOperator(task_id="rollback", model=MODEL).execute(ctx)
    state = books.journal.state()
    assert state.champion is not None
    assert state.champion.version == 2


@pytest.mark.usefixtures("books")
def test_a_form_without_a_reason_fails(context: Make) -> None:
    with pytest.raises(AirflowFailException, match="a reason has"):
        RollbackOperator(task_id="rollback", model=MODEL).execute(_rollback(context, reason=" "))


def test_freeze_and_lift(books: Books, context: Make) -> None:
    for action in ("freeze", "lift"):
        form = {"action": action, "scope": MODEL, "reason": "holidays"}
        ctx = context(params=form, triggering_user_name="ann")
        FreezeOperator(task_id="freeze").execute(ctx)
        assert f"{action} by ann: holidays" in ctx["ti"].pushed["note"]
        assert (books.journal.state().frozen is not None) is (action == "freeze")


def test_a_look_at_the_fleet_is_noted(books: Books, context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from evergreen.flows import govern

    monkeypatch.setattr(room, "fleet", lambda: (MODEL,))
    monkeypatch.setattr(govern.govern_fleet, "__defaults__", (lambda _model: books,))
    ctx = context()
    assert GovernOperator(task_id="govern").execute(ctx) == {"models": 1, "new": 0, "report_keys": {}}
    assert ctx["ti"].pushed["note"] == "1 models, 0 new findings."
