"""Two months of flights through the real DAGs with compressed time: what is asked for, served and promoted by itself."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.house import PROJECT

from evergreen.flows.looks import read_newest
from evergreen.flows.workspace import open_workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

NAME = "e2e_replay"
MODEL = ("--model", NAME)


@pytest.fixture(scope="module")
def evergreen(house: Any) -> Any:
    """Run a command of `evergreen` on the stack."""

    def run(*command: str) -> str:
        program = [str(Path(sys.executable).with_name("evergreen")), *command]
        env = house.stack.shell_env | {"COLUMNS": "200"}
        done = subprocess.run(program, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def told(house: Any, evergreen: Any) -> str:
    """The replay of March and April, by a quick recipe, asked again when a feature drifts and twice as many flights like the present ones are there."""
    draft = house.models / f".{NAME}"
    shutil.copytree(house.models / "flight_delays", draft)
    (draft / "loader.py").unlink()
    spec = yaml.safe_load((draft / "model.yaml").read_text())
    spec |= {"name": NAME, "schedule": {"kind": "none"}}
    spec["training"]["hyperparameters"]["max_iter"]["default"] = 30
    spec["monitoring"] = {
        "enabled": False,
        "rules": [{"rule": "drifted_share", "above": 0.04, "then": "retrain"}],
        "retraining": {"min_growth": 1.0},
    }
    (draft / "model.yaml").write_text(yaml.safe_dump(spec))
    house.place(NAME, draft)
    said: str = evergreen("replay", *MODEL, "--months", "2", "--no-policies")
    return said


def test_two_months_are_lived_through_by_real_runs(house: Any, told: str) -> None:
    ws = open_workspace(NAME)
    lines = told[told.rindex("The whole replay") :]
    assert re.search(r"^Apr ", lines, re.MULTILINE)
    state = ws.journal.state()
    asked = {i: s for i, s in state.requests.items() if s.request.asked_by == "monitoring"}
    assert asked, "the winter's champion meets spring"
    assert all(s.status == "closed" for s in asked.values())
    assert state.champion is not None
    runs = house.ask("GET", f"/dags/retrain__{NAME}/dagRuns?limit=20")["dag_runs"]
    assert {r["dag_run_id"] for r in runs} == {f"request__{i}" for i in state.requests}
    assert {r["state"] for r in runs} == {"success"}
    newest = read_newest(ws.store, NAME)
    assert f"{newest.as_of:%Y-%m-%d}" == "2013-05-01"
    looks = house.ask("GET", f"/dags/monitor__{NAME}/dagRuns?limit=20&run_type=manual")["dag_runs"]
    assert len(looks) == 10, "one run a week and at the end of each month; each made the reports of its days"


def test_told_again_it_computes_nothing(told: str, evergreen: Any) -> None:
    before = open_workspace(NAME).journal.state().sequence
    again: str = evergreen("replay", *MODEL, "--months", "2", "--no-policies")
    assert again[again.rindex("The whole replay") :] == told[told.rindex("The whole replay") :]
    assert open_workspace(NAME).journal.state().sequence == before


def test_a_batch_is_scored_from_the_command_line_too(told: str, evergreen: Any) -> None:
    april = ("--start", "2013-04-29", "--end", "2013-05-01")
    assert re.search(r"e2e_replay: [\d,]+ rows are answered", evergreen("score", *MODEL, *april))
    assert re.search(r"e2e_replay: [\d,]+ predictions have their label", evergreen("labels", *MODEL, *april))
