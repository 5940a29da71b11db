"""Lineage of a real run: OpenLineage events in the stack's file, and a version that comes again from the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.card import Card
from evergreen.records.refit import Refit
from evergreen.records.snapshot import Snapshot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

RUN = "by-hand"


def events(folder: Path, model: str) -> dict[str, dict[str, Any]]:
    """The COMPLETE event of each step of the run."""
    lines = (folder / "openlineage.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    of_run = [e for e in found if f'"{RUN}"' in json.dumps(e) and e["job"]["name"].startswith(f"retrain__{model}.")]
    return {e["job"]["name"].partition(".")[2]: e for e in of_run if e["eventType"] == "COMPLETE"}


def _all(folder: Path, model: str) -> dict[str, dict[str, Any]] | None:
    found = events(folder, model)
    return found if {"snapshot", "validate", "refit"} <= found.keys() else None


def evergreen(house: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the project, as a person types it."""
    program = Path(sys.executable).with_name("evergreen")
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=300, check=False, env=house.stack.shell_env
    )


def test_a_run_says_what_it_read_and_made_and_its_version_comes_again(
    house: Any, small: Workspace, by_hand: Any
) -> None:
    folder = house.stack.state.path
    ledger = Ledger(small.store, small.model, RUN)
    data, refit, card = ledger.read("snapshot", Snapshot), ledger.read("refit", Refit), ledger.read("card", Card)

    said = house.wait("the events", lambda: _all(folder, small.model))
    raw = said["snapshot"]["inputs"]
    assert [d["name"] for d in raw] == [p.source.key for p in data.parts]
    assert raw[0]["facets"]["version"]["datasetVersion"] == data.parts[0].source.etag.strip('"')
    assert len(raw[0]["facets"]["schema"]["fields"]) == len(data.columns)
    assert sum(d["inputFacets"]["dataQualityMetrics"]["rowCount"] for d in raw) == data.rows
    assert said["snapshot"]["outputs"][0]["facets"]["version"]["datasetVersion"] == data.digest
    assert said["validate"]["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert said["refit"]["outputs"][0]["facets"]["version"]["datasetVersion"] == str(refit.version.number)

    page = house.stack.api("GET", f"/evergreen/reports/{small.model}/{card.html_key.partition('/reports/')[2]}")
    assert page.is_success
    assert f"<h1>{small.model}, version {refit.version.number}</h1>" in page.text
    done = evergreen(house, "reproduce", "--model", small.model, "--version", str(refit.version.number), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["equal"] is True
    touched = evergreen(house, "impact", "--model", small.model, data.parts[0].source.key, "--json")
    assert refit.version.number in [v["version"] for v in json.loads(touched.stdout)["versions"]]


def test_events_cost_no_task_an_error(house: Any, by_hand: Any) -> None:
    """The provider warns in the task's log when it fails or takes too long."""
    logs = (house.stack.state.path / "airflow" / "logs").rglob("attempt=*.log")
    wrong = [
        line
        for log in logs
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
        if "openlineage" in line.lower() and any(word in line for word in ("failed", "expired", "Failed", "rror"))
    ]
    assert wrong == []
