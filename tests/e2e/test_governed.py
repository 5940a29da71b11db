"""Rollback, freeze and the look at the registry, on the real stack."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from tests.house import retrain_here

from evergreen.features.packaged import prefix_of
from evergreen.flows import release
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import State

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

MODEL = "e2e_governed"
PROJECT = Path(__file__).resolve().parents[2]


class Governed:
    """The model, and what its people do."""

    def __init__(self, house: Any, ws: Workspace) -> None:
        self.house, self.ws = house, ws
        self.looks = 0

    @property
    def state(self) -> State:
        return self.ws.journal.state()

    @property
    def champion(self) -> int:
        assert self.state.champion is not None
        return self.state.champion.version

    def promote(self, run_id: str) -> None:
        """Let the challenger of a run become champion."""
        for step in (release.approve, release.release, release.promote):
            step(self.ws, run_id)

    def release(self, run_id: str, retraining: str) -> Any:
        """Take the challenger of a retraining through the release DAG."""
        return self.run(f"release__{MODEL}", run_id, run_id=retraining)

    def run(self, dag: str, run: str, **form: Any) -> Any:
        """Fill in the form of a DAG, and wait for the end."""
        self.house.unpause(dag)
        answer = self.house.trigger(dag, run, **form)
        assert answer.is_success, answer.text
        return self.house.finished(dag, run)

    def look(self) -> str:
        """The note of a new look at the registry."""
        self.looks += 1
        seen = self.run("govern__registry", f"look-{self.looks}")
        assert seen.state == "success", self.house.why(seen)
        return str(seen.note)


@pytest.fixture(scope="module")
def governed(house: Any, drop: Callable[..., Workspace]) -> Governed:
    """Version by version: the champion before, and a champion that somebody regrets."""
    place = Governed(house, drop(MODEL))
    for run_id, trees in (("first", 20), ("second", 25)):
        retrain_here(place.ws, run_id, max_iter=trees)
        place.promote(run_id)
    return place


@pytest.fixture
def evergreen(house: Any) -> Callable[..., str]:
    """Run a command of `evergreen` on the stack."""

    def run(*command: str, code: int = 0) -> str:
        program = [str(Path(sys.executable).parent / "evergreen"), *command]
        env = house.stack.shell_env | {"COLUMNS": "200"}
        done = subprocess.run(program, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return run


def test_a_bad_promotion_is_rolled_back_through_the_dag(governed: Governed) -> None:
    state = governed.state
    assert state.previous is not None
    bad, good = governed.champion, state.previous.version
    assert governed.house.trigger(f"rollback__{MODEL}", "no-reason", reason="").status_code == 400
    seen = governed.run(f"rollback__{MODEL}", "back", reason="It is wrong on Mondays.")
    assert seen.states == {"rollback": "success"}, governed.house.why(seen)
    assert f"version {good} is champion again, by admin" in seen.note
    assert "It is wrong on Mondays." in seen.note
    assert governed.champion == good
    assert governed.ws.registry.aliases(MODEL) == {"champion": good, "previous": bad}
    again = governed.run(f"rollback__{MODEL}", "again", version=good, reason="To be sure.")
    assert again.states == {"rollback": "skipped"}
    assert "it is champion already" in again.note


def test_an_alias_moved_by_hand_is_found_and_repaired(governed: Governed) -> None:
    state = governed.state
    assert state.previous is not None
    assert f"{MODEL}**" not in governed.look()
    governed.ws.registry.set_alias(MODEL, "champion", state.previous.version)
    note = governed.look()
    assert f"alias champion named version {state.previous.version} instead of version {governed.champion}" in note
    assert "repaired" in note
    assert governed.ws.registry.aliases(MODEL)["champion"] == governed.champion
    assert f"{MODEL}**" not in governed.look()


def test_a_swapped_file_is_found_wherever_it_lies(governed: Governed, tmp_path: Path) -> None:
    champion = governed.state.champion
    assert champion is not None
    key = prefix_of(MODEL, champion.package) + "signature.json"
    good = governed.ws.store.get(key)
    (uri,) = (v.model_uri for v in governed.ws.registry.versions(MODEL) if v.number == champion.version)

    def put(content: bytes) -> None:
        """Write the file into both stores, as whoever has their keys could."""
        governed.ws.store.put(key, content)
        (tmp_path / "signature.json").write_bytes(content)
        client = MlflowClient(governed.house.stack.mlflow_url)
        client.log_model_artifacts(uri.removeprefix("models:/"), str(tmp_path))

    try:
        put(good + b" ")
        note = governed.look()
        assert "2 new" in note
        assert key in note
        assert f"MLflow's model of version {champion.version} (champion) is not the one that was packaged" in note
        assert "still open" in governed.look()
    finally:
        put(good)
    assert "resolved" in governed.look()


def test_a_freeze_stops_a_promotion_until_it_is_lifted(governed: Governed) -> None:
    before = governed.champion
    frozen = governed.run("govern__freeze", "freeze", scope=MODEL, reason="The holidays.")
    assert "freeze by admin: The holidays." in frozen.note
    version = retrain_here(governed.ws, "third", max_iter=30)
    seen = governed.release("while-frozen", "third")
    assert (seen.states["release"], seen.states["promote"]) == ("skipped", "skipped")
    assert f"{MODEL} was frozen by admin on" in governed.house.log(f"release__{MODEL}", "while-frozen", "release")
    assert governed.champion == before
    governed.run("govern__freeze", "lift", action="lift", scope=MODEL, reason="They are over.")
    seen = governed.release("once-more", "third")
    assert seen.states["promote"] == "success", governed.house.why(seen)
    assert governed.champion == version


def test_a_deleted_champion_is_found_and_can_still_be_rolled_back(
    governed: Governed, evergreen: Callable[..., str]
) -> None:
    state = governed.state
    assert state.previous is not None
    MlflowClient(governed.house.stack.mlflow_url).delete_model_version(MODEL, str(governed.champion))
    assert f"the registry has no version {governed.champion}, which the journal calls champion" in governed.look()
    assert "still open" in evergreen("govern", "--model", MODEL, code=6)
    evergreen("rollback", "--model", MODEL, "--run", "by-command", "--reason", "Somebody deleted it.")
    told = json.loads(
        evergreen("rollback", "--model", MODEL, "--run", "by-command", "--reason", "Somebody deleted it.", "--json")
    )
    assert told["outcome"] == "rolled back"
    assert governed.champion == state.previous.version
    assert "each follows from the one before" in evergreen("journal", "verify", "--model", MODEL)


def test_the_auditors_table_is_one_query_and_stands_in_mlflow(
    governed: Governed, evergreen: Callable[..., str]
) -> None:
    rows = {row["version"]: row for row in json.loads(evergreen("versions", "--model", MODEL, "--json"))}
    champion = rows[str(governed.champion)]
    assert (champion["model_id"], champion["stage"]) == (f"{MODEL}/{governed.champion}", "champion")
    assert (champion["approved_for_production"], champion["approved_by"]) == ("yes", "policy:auto")
    assert "roc_auc" in champion["metrics"]
    tags = {v.number: v.tags for v in governed.ws.registry.versions(MODEL)}[governed.champion]
    for name in ("model_id", "git_commit", "snapshot", "metrics", "bias", "approved_for_production", "approved_by"):
        assert tags[f"evergreen.{name}"] == champion[name]
    assert f"{MODEL}/{governed.champion} (champion)" in evergreen("versions", "--all")


def test_the_fleet_is_frozen_from_the_command_line(governed: Governed, evergreen: Callable[..., str]) -> None:
    assert "freeze by" in evergreen("freeze", "--fleet", "--reason", "An audit.")
    try:
        evergreen("release", "--model", MODEL, "--run", "second")  # is in the journal already: no new decision
        evergreen("freeze", "--fleet", "--reason", "Once more.")
    finally:
        assert "lift by" in evergreen("lift", "--fleet", "--reason", "It is over.")
    evergreen("freeze", "--reason", "Of what?", code=3)
