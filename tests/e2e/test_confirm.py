"""What monitoring finds waits for a person: the wrong one is refused, the right one notes the cause, and it is served once."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.desk import Desk, open_desk

from evergreen.flows.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

MODEL = "e2e_confirmed"
CAUSE = "A new airline flies since March."


@pytest.fixture(scope="module")
def desk(house: Any, drop: Callable[..., Workspace]) -> Desk:
    return open_desk(house, drop, MODEL)


@pytest.fixture(scope="module")
def asked(desk: Desk) -> dict[str, Any]:
    """Monitoring has asked; the question, which waits."""
    seen = desk.look("first")
    assert (seen.states["decide"], seen.states["unconfirmed"], seen.states["confirm"]) == ("success",) * 3, (
        desk.house.why(seen)
    )
    assert "ada must confirm it, with the cause" in seen.note
    return desk.question()


def test_the_page_asks_the_confirmer_with_what_was_found(desk: Desk, asked: dict[str, Any]) -> None:
    assert asked["subject"] == f"May {MODEL} be retrained?"
    assert "Asked for by monitoring" in asked["body"]
    assert "ada may answer, until" in asked["body"]
    assert [user["name"] for user in asked["assigned_users"]] == ["ada"]
    assert asked["params"]["request"]["value"] == desk.request
    assert asked["params"]["reason"]["schema"]["type"] == "string"
    assert desk.status.status == "unconfirmed"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("user", ["viewer", "bob", "admin"])
def test_whoever_is_no_confirmer_is_refused(desk: Desk, user: str) -> None:
    form = {"reason": "I say so.", "request": desk.request}
    body = {"chosen_options": ["Approve"], "params_input": form}
    reply = desk.house.stack.api("PATCH", f"{desk.task('ask')}/-1/hitlDetails", user=user, json=body)
    assert reply.status_code == 403
    assert desk.question()["responded_by_user"] is None


@pytest.mark.usefixtures("asked")
def test_a_later_look_asks_nobody_twice(desk: Desk) -> None:
    seen = desk.look("later")
    assert (seen.states["profile"], seen.states["unconfirmed"], seen.states["confirm"]) == (
        "skipped",
        "success",
        "skipped",
    )
    assert len(desk.house.ask("GET", f"/dags/{desk.dag}/dagRuns")["dag_runs"]) == 1


@pytest.mark.usefixtures("asked")
def test_marking_the_task_green_and_writing_xcom_confirm_nothing(desk: Desk) -> None:
    api = desk.house.stack.api
    forged = {"key": "return_value", "value": {"asked": True, "chosen": ["Approve"]}}
    api("PATCH", desk.task("ask"), json={"new_state": "success"}).raise_for_status()
    api("POST", f"{desk.task('ask')}/xcomEntries", json=forged).raise_for_status()
    seen = desk.house.finished(desk.dag, desk.run)
    assert (seen.states["ask"], seen.states["answer"]) == ("success", "skipped")
    assert "nobody has answered on Airflow's page" in seen.note
    assert desk.status.status == "unconfirmed"
    again = {"dag_run_id": desk.run, "task_ids": ["ask", "answer"], "dry_run": False, "only_failed": False}
    api("POST", f"/api/v2/dags/{desk.dag}/clearTaskInstances", json=again).raise_for_status()
    assert desk.question()["responded_at"] is None


@pytest.mark.usefixtures("asked")
def test_the_confirmer_notes_the_cause_and_the_request_is_served_once(desk: Desk) -> None:
    desk.question()
    program = str(Path(sys.executable).parent / "evergreen")
    command = [program, "confirm", "-m", MODEL, "--user", "ada", "--cause", CAUSE]
    stack = desk.house.stack
    done = subprocess.run(
        command, env=stack.shell_env, input=f"{stack.passwords['ada']}\n", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"ada says yes to request {desk.request}\n"), done.stderr
    seen = desk.house.finished(desk.dag, desk.run)
    assert (seen.state, seen.states["answer"]) == ("success", "success"), desk.house.why(seen)
    assert f"is confirmed by ada: {CAUSE}" in seen.note
    served = desk.house.finished(f"retrain__{MODEL}", f"request__{desk.request}")
    assert served.run["conf"]["reason"].startswith(f"ada has confirmed it: {CAUSE} ")
    desk.house.wait("the request to be closed", lambda: desk.status.status == "closed")
    kinds = [e.kind for e in desk.ws.journal.entries() if e.body.get("request_id") == desk.request]
    assert kinds == ["request_opened", "request_confirmed", "request_claimed", "request_closed"]
    (entry,) = [e for e in desk.ws.journal.entries() if e.kind == "request_confirmed"]
    assert (entry.actor, entry.body["cause"]) == ("ada", CAUSE)
    assert datetime.fromisoformat(entry.body["answered_at"]) <= datetime.now(UTC)
