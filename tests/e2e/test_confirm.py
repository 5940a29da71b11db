"""What monitoring finds waits for a person: the wrong one is refused, the right one notes the cause, and it is served once."""

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.house import END, retrain_here

from evergreen.core.clock import frozen
from evergreen.flows import release
from evergreen.flows.score import score
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import RequestStatus
from evergreen.records.interval import Interval

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

MODEL = "e2e_confirmed"
DAY = timedelta(days=1)
REQUEST = f"monitor-{END + 2 * DAY:%Y%m%dT%H%MZ}-v"
CAUSE = "A new airline flies since March."
ASKED = {
    "enabled": False,
    "window": "7d",
    "rules": [{"rule": "age", "above": "1d", "then": "retrain"}],
    "retraining": {"min_new_labels": 0, "confirm": "required", "confirmers": ["ada"]},
}


@dataclass
class Desk:
    """A model whose retrainings ada confirms, and the run that asks her."""

    house: Any
    ws: Workspace
    request: str

    @property
    def dag(self) -> str:
        return f"confirm__{MODEL}"

    @property
    def run(self) -> str:
        return f"confirm__{self.request}"

    @property
    def status(self) -> RequestStatus:
        """How far the request came."""
        return self.ws.journal.state().requests[self.request]

    def look(self, run_id: str) -> Any:
        """A run of monitoring, two days after the champion's newest row."""
        assert self.house.trigger(f"monitor__{MODEL}", run_id, as_of=(END + 2 * DAY).isoformat()).is_success
        return self.house.finished(f"monitor__{MODEL}", run_id)

    def task(self, task: str) -> str:
        """A task of the run that asks."""
        return f"/api/v2/dags/{self.dag}/dagRuns/{self.run}/taskInstances/{task}"

    def question(self) -> dict[str, Any]:
        """What is asked, when it waits."""

        def waits() -> bool:
            seen = self.house.seen(self.dag, self.run)
            return seen is not None and seen.states.get("ask") == "awaiting_input"

        self.house.wait(f"{self.run} to ask", waits)
        found: dict[str, Any] = self.house.stack.api("GET", f"{self.task('ask')}/-1/hitlDetails").json()
        return found


def _rows() -> bytes:
    """Two days of rows after those that the champion knows."""
    draw, rows = np.random.default_rng(1), 100
    moments = [END + i * 2 * DAY / rows for i in range(rows)]
    buffer = io.BytesIO()
    pq.write_table(
        pa.table(
            {
                "id": np.arange(10_000, 10_000 + rows),
                "at": pa.array(moments, pa.timestamp("us", tz="UTC")),
                "distance": draw.uniform(100, 3000, rows),
                "wind": draw.uniform(0, 40, rows),
                "late": np.arange(rows) % 2,
            }
        ),
        buffer,
    )
    return buffer.getvalue()


@pytest.fixture(scope="module")
def desk(house: Any, drop: Callable[..., Workspace]) -> Desk:
    """A champion that has answered for two days, and whose age is a finding."""
    ws = drop(MODEL, monitoring=ASKED)
    version = retrain_here(ws, "first")
    for step in (release.approve, release.release, release.promote):
        step(ws, "first")
    until = END + 2 * DAY
    ws.store.put(f"{MODEL}/raw/start={END:%Y-%m-%d}/end={until:%Y-%m-%d}/events.parquet", _rows())
    with frozen(until):
        assert score(ws, Interval(start=END, end=until)) == 100
    house.unpause(f"monitor__{MODEL}")
    house.parsed(f"confirm__{MODEL}")
    return Desk(house, ws, f"{REQUEST}{version}")


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
