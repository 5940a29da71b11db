"""People approve on Airflow's page, over REST and by CLI; nothing that is done to a task or to XCom approves anything.

The same under the simple login, whose ids are names, and under FAB, whose ids are numbers: the latter by
``EVERGREEN_STACK_LOGIN=fab pytest tests/e2e/test_approval.py -m e2e``.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mlflow import MlflowClient
from tests.house import retrain_here

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.promotion_request import TAG
from evergreen.records.refit import Refit
from evergreen_airflow.ui.webhook import WATCH

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

MODEL, HASTY = "e2e_asked", "e2e_hasty"
DAG = f"release__{MODEL}"
AS_OF = "2013-03-01T00:00:00Z"
REQUIRED = {"mode": "required", "approvers": ["ada", "bob"]}


@pytest.fixture(scope="session")
def asked(drop: Callable[..., Workspace]) -> Workspace:
    """A small model whose challengers ada or bob must approve."""
    return drop(MODEL, approval=REQUIRED)


class Desk:
    """What the tests do to the release DAG."""

    def __init__(self, house: Any, ws: Workspace) -> None:
        self.house, self.ws, self.dag = house, ws, f"release__{ws.model}"

    def challenge(self, run_id: str, **form: Any) -> str:
        """Retrain, and give the release run that asks about the challenger."""
        self.house.trigger(f"retrain__{self.ws.model}", run_id, as_of=AS_OF, **form)
        seen = self.house.finished(f"retrain__{self.ws.model}", run_id)
        assert seen.states["release"] == "success", self.house.why(seen) or seen.note
        return f"release__{run_id}__v{self.version(run_id)}"

    def challenge_here(self, run_id: str, **hyperparameters: Any) -> str:
        """The same without a scheduler for the retraining."""
        version = retrain_here(self.ws, run_id, **hyperparameters)
        self.house.parsed(self.dag)
        return self.release(run_id, f"release__{run_id}__v{version}", "admin")

    def version(self, run_id: str) -> int:
        """The version of a run's challenger."""
        return Ledger(self.ws.store, self.ws.model, run_id).read("refit", Refit).version.number

    def release(self, run_id: str, release_run: str, user: str) -> str:
        """Start another release run for a challenger, as this user."""
        body = {"dag_run_id": release_run, "logical_date": None, "conf": {"run_id": run_id}}
        self.house.stack.api("POST", f"/api/v2/dags/{self.dag}/dagRuns", user=user, json=body).raise_for_status()
        return release_run

    def path(self, release_run: str, task: str = "approve") -> str:
        """The task of a release run."""
        return f"/api/v2/dags/{self.dag}/dagRuns/{quote(release_run, safe='')}/taskInstances/{task}"

    def question(self, release_run: str) -> dict[str, Any]:
        """What is asked, when it waits."""

        def waits() -> Any:
            seen = self.house.seen(self.dag, release_run)
            return seen is not None and seen.states.get("approve") == "awaiting_input"

        self.house.wait(f"{release_run} to ask", waits)
        found: dict[str, Any] = self.house.stack.api("GET", f"{self.path(release_run)}/-1/hitlDetails").json()
        return found

    def answer(self, release_run: str, user: str, chosen: str = "Approve", reason: str = "It is better.") -> int:
        """Answer over REST as this user; gives the status of the reply."""
        fields = self.question(release_run)["params"]
        form = {name: field["value"] for name, field in fields.items()} | {"reason": reason}
        body = {"chosen_options": [chosen], "params_input": form}
        path = f"{self.path(release_run)}/-1/hitlDetails"
        return int(self.house.stack.api("PATCH", path, user=user, json=body).status_code)

    def finished(self, release_run: str) -> Any:
        """The release run when it has ended."""
        return self.house.finished(self.dag, release_run)


@pytest.fixture(scope="session")
def desk(house: Any, asked: Workspace) -> Desk:
    """The desk of the model that asks."""
    return Desk(house, asked)


@pytest.fixture(scope="session")
def waiting(desk: Desk) -> str:
    """The release run of a first challenger, which admin has asked for; it waits."""
    release_run = desk.challenge("first", max_iter=21)
    desk.question(release_run)
    return release_run


def test_the_question_shows_the_verdict_and_the_comparison(desk: Desk, waiting: str) -> None:
    question = desk.question(waiting)
    assert question["subject"] == f"May version {desk.version('first')} of {MODEL} become champion?"
    for word in ("Verdict: PASS", "| metric | challenger | baseline |", "The whole report", "ada, bob may answer"):
        assert word in question["body"], question["body"]
    assert question["params"]["verdict"]["value"] == desk.ws.journal.state().challenger.verdict  # type: ignore[union-attr]
    assert [user["name"] for user in question["assigned_users"]] == ["ada", "bob"]
    assert question["defaults"] == ["Reject"]


@pytest.mark.parametrize("user", ["viewer", "op", "admin", "evergreen"])
def test_the_server_refuses_whoever_is_no_approver(desk: Desk, waiting: str, user: str) -> None:
    assert desk.answer(waiting, user) == 403
    assert desk.question(waiting)["responded_by_user"] is None


def test_marking_the_task_green_and_writing_xcom_approve_nothing(desk: Desk, waiting: str) -> None:
    api = desk.house.stack.api
    api("PATCH", desk.path(waiting), json={"new_state": "success"}).raise_for_status()
    seen = desk.finished(waiting)
    assert (seen.states["approve"], seen.states["confirm"], seen.states["promote"]) == ("success", "skipped", "skipped")
    forged = {"key": "return_value", "value": {"asked": True, "chosen": ["Approve"], "approved": True}}
    for task in ("approve", "confirm"):
        api("POST", f"{desk.path(waiting, task)}/xcomEntries", json=forged).raise_for_status()
    again = {"dag_run_id": waiting, "task_ids": ["confirm", "release", "promote", "report"], "dry_run": False,
             "only_failed": False}  # fmt: skip
    api("POST", f"/api/v2/dags/{desk.dag}/clearTaskInstances", json=again).raise_for_status()
    seen = desk.finished(waiting)
    assert (seen.states["confirm"], seen.states["promote"]) == ("skipped", "skipped")
    assert "nobody has answered" in desk.house.log(desk.dag, waiting, "confirm", seen.tries["confirm"])
    state = desk.ws.journal.state()
    assert not state.approved
    assert state.champion is None


def test_marking_all_steps_green_makes_no_champion(desk: Desk, waiting: str) -> None:
    for task in ("confirm", "release"):
        desk.house.stack.api("PATCH", desk.path(waiting, task), json={"new_state": "success"}).raise_for_status()
    again = {"dag_run_id": waiting, "task_ids": ["promote", "report"], "dry_run": False, "only_failed": False}
    desk.house.stack.api("POST", f"/api/v2/dags/{desk.dag}/clearTaskInstances", json=again).raise_for_status()
    desk.finished(waiting)
    assert desk.ws.journal.state().champion is None


def test_a_tag_in_mlflow_asks_the_approvers(desk: Desk, waiting: str) -> None:
    number, stack = desk.version("first"), desk.house.stack
    MlflowClient(stack.mlflow_url, stack.mlflow_url).create_webhook(
        "evergreen", f"{stack.airflow_url}/evergreen-hooks/mlflow", ["model_version_tag.set"],
        secret=stack.env["EVERGREEN_WEBHOOK_SECRET"],
    )  # fmt: skip
    time.sleep(5)  # MLflow looks for new webhooks as rarely
    desk.ws.registry.tag_version(MODEL, number, {TAG: "please"})

    def answered() -> str:
        said = desk.ws.registry.versions(MODEL)[number - 1].tags[TAG]
        return said.removeprefix("asked in ") if said.startswith("asked in ") else ""

    run = desk.house.wait("the tag to be served", answered)

    def called() -> bool:
        runs = desk.house.ask("GET", f"/dags/{WATCH}/dagRuns?limit=100")["dag_runs"]
        return "success" in [r["state"] for r in runs if r["dag_run_id"].startswith("webhook__")]

    desk.house.wait("the run that MLflow's call has started", called)
    assert [user["name"] for user in desk.question(run)["assigned_users"]] == ["ada", "bob"]


def test_whoever_asks_for_the_release_is_not_asked_about_it(desk: Desk, waiting: str) -> None:
    run = desk.release("first", "by-ada", "ada")
    assert [user["name"] for user in desk.question(run)["assigned_users"]] == ["bob"]
    assert desk.answer(run, "ada") == 403


def test_a_later_question_about_the_same_model_ends_the_one_before(desk: Desk, waiting: str) -> None:
    run = desk.release("first", "by-admin", "admin")
    desk.question(run)
    seen = desk.finished("by-ada")
    assert (seen.states["approve"], seen.states["confirm"]) == ("skipped", "skipped")
    note = desk.house.stack.api("GET", desk.path("by-ada")).json()["note"]
    assert note == f"Superseded: version {desk.version('first')} is asked about in by-admin."


def _says_yes(desk: Desk, password: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).parent / "evergreen")
    command = [program, "approve", "-m", MODEL, "-r", "first", "--yes", "--user", "ada", "--reason", "Looks fine."]
    env = desk.house.stack.shell_env
    return subprocess.run(command, env=env, input=f"{password}\n", capture_output=True, text=True, check=False)


def test_an_approver_answers_by_command_line_and_the_journal_says_who(desk: Desk) -> None:
    desk.question("by-admin")
    assert _says_yes(desk, "wrong").returncode == 6
    done = _says_yes(desk, desk.house.stack.passwords["ada"])
    assert (done.returncode, done.stdout) == (0, f"ada says yes to version {desk.version('first')}\n"), done.stderr
    seen = desk.finished("by-admin")
    assert set(seen.states.values()) == {"success"}, desk.house.why(seen)
    assert "Approved by ada: Looks fine." in seen.note
    state = desk.ws.journal.state()
    assert state.champion is not None
    approval = state.approved[state.champion.package]
    assert (approval.method, approval.approved_by, approval.reason) == ("person", "ada", "Looks fine.")
    assert approval.requesters == ("admin",)
    assert approval.evidence


def test_a_newer_challenger_supersedes_one_that_waits_and_blocks_no_retraining(desk: Desk) -> None:
    older = desk.challenge_here("second", max_iter=31)
    desk.question(older)
    newer = desk.challenge("third", max_iter=41)
    desk.question(newer)
    seen = desk.finished(older)
    assert (seen.state, seen.states["confirm"]) == ("success", "skipped")
    assert "a newer one has superseded it" in seen.note
    assert desk.answer(newer, "bob", chosen="Reject", reason="Not now.") == 200
    seen = desk.finished(newer)
    assert (seen.state, seen.states["confirm"], seen.states["release"]) == ("success", "success", "skipped")
    assert "Rejected by bob: Not now." in seen.note
    assert desk.ws.journal.state().challenger is None


def test_silence_is_a_no(house: Any, drop: Callable[..., Workspace]) -> None:
    hasty = Desk(house, drop(HASTY, approval={**REQUIRED, "timeout": "5s"}))
    seen = hasty.finished(hasty.challenge_here("first"))
    assert (seen.states["approve"], seen.states["confirm"], seen.states["promote"]) == ("success", "success", "skipped")
    assert "Rejected by timeout" in seen.note
    state = hasty.ws.journal.state()
    assert (state.champion, state.challenger, dict(state.approved)) == (None, None, {})
