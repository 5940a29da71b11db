"""`evergreen demo`, as `make demo` runs it, and the command line beside it on the same stores."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
    assert "manual" in told["summer"]
    assert "promoted" in told["summer"]
    assert "request" in told["autumn"]
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
