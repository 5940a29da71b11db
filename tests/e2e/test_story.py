"""`evergreen demo`, as `make demo` runs it, and the command line beside it on the same stores."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.steps import CHAIN

from evergreen.flows.ledger import Ledger
from evergreen.flows.looks import read_newest
from evergreen.flows.workspace import open_workspace
from evergreen.records.refit import Refit
from evergreen.records.run import Way

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PROJECT = Path(__file__).resolve().parents[2]
MODEL = ("--model", "flight_delays")


@pytest.fixture(scope="module")
def evergreen(house: Any) -> Any:
    """Run a command of `evergreen` on the stack."""

    def run(*command: str, code: int = 0) -> str:
        program = [str(Path(sys.executable).parent / "evergreen"), *command]
        env = house.stack.shell_env | {"COLUMNS": "200"}
        done = subprocess.run(program, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def story(evergreen: Any) -> str:
    told: str = evergreen("demo")
    return told


def test_the_story_is_told_by_three_runs_of_three_ways(story: str, evergreen: Any) -> None:
    told = {line.split()[0]: line for line in story[story.rindex("winter") :].splitlines() if line.strip()}
    assert "schedule" in told["winter"]
    assert "promoted" in told["winter"]
    assert "request" in told["summer"], "monitoring asked for it"
    assert "promoted" in told["summer"]
    assert "manual" in told["autumn"]
    assert "refused" in told["autumn"]
    # Of the two challengers that were compared with a champion, one is better beyond doubt and one is worse beyond doubt.
    entries = [json.loads(line) for line in evergreen("journal", "show", *MODEL, "--json").splitlines()]
    differences = [
        d["estimate"]
        for e in entries
        if e["kind"] == "evaluation"
        for d in e["body"]["evaluation"]["differences"]
        if (d["metric"], d["against"]) == ("roc_auc", "champion")
    ]
    assert differences[0]["low"] > 0
    assert differences[1]["high"] < 0


def test_the_scheduled_run_of_march_made_the_first_champion(story: str, house: Any) -> None:
    ws, run_id = open_workspace("flight_delays"), "scheduled__2013-03-01T06:00:00+00:00"
    seen = house.finished("retrain__flight_delays", run_id)
    assert (seen.state, set(seen.states.values())) == ("success", {"success"}), house.why(seen) or seen.note
    assert set(seen.states) == set(CHAIN)
    assert "challenger" in seen.note
    ledger = Ledger(ws.store, "flight_delays", run_id)
    run, version = ledger.run(), ledger.read("refit", Refit).version.number
    assert (run.way, run.asked_by, run.as_of.isoformat()) == (Way.SCHEDULE, "schedule", "2013-03-01T06:00:00+00:00")
    released = house.finished("release__flight_delays", f"release__{run_id}__v{version}")
    assert released.states["promote"] == "success", house.why(released)
    promoted = [e.body["version"] for e in ws.journal.entries() if e.kind == "promotion"]
    assert promoted[0] == version
    champion = ws.journal.state().champion
    assert champion is not None
    assert ws.registry.aliases("flight_delays")["champion"] == champion.version


def test_monitoring_asked_for_the_summer(story: str) -> None:
    ws = open_workspace("flight_delays")
    (asked,) = [s for s in ws.journal.state().requests.values() if s.request.asked_by == "monitoring"]
    assert (asked.status, asked.outcome) == ("closed", "challenger")
    look = read_newest(ws.store, "flight_delays")
    assert look.decision.request_id == asked.request.request_id
    assert look.decision.reason[:60] in " ".join(story.split())


def test_the_story_can_be_told_again(story: str, evergreen: Any) -> None:
    before = evergreen("journal", "show", *MODEL)
    again = evergreen("demo")
    assert again[again.rindex("winter") :] == story[story.rindex("winter") :]
    assert evergreen("journal", "show", *MODEL) == before


def test_the_journal_verifies_and_the_aliases_follow_it(story: str, evergreen: Any) -> None:
    assert "each follows from the one before" in evergreen("journal", "verify", *MODEL)
    assert evergreen("reconcile", *MODEL) == "nothing differed\n"


def test_every_step_runs_from_the_command_line_too(story: str, evergreen: Any) -> None:
    run = (*MODEL, "--run", "by-command")
    evergreen("snapshot", *run, "--as-of", "2013-07-01", "--set", "max_iter=20", "--dry-run")
    for step in ("validate", "split", "train", "register", "package"):
        evergreen(step, *run)
    measured = json.loads(evergreen("evaluate", *run, "--json"))
    assert not measured["comparable"], "the champion of July has seen the test rows"
    evergreen("gate", *run, code=4)
    assert "refused: gates" in evergreen("report", *run, code=4)


def test_a_step_before_its_time_ends_with_exit_code_3(evergreen: Any) -> None:
    evergreen("train", *MODEL, "--run", "never-begun", code=3)
