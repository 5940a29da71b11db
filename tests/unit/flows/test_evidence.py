"""What a gate looks at in a whole run: the champion's costs, advisories, and a rule of the model folder in its jail."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evergreen.core.settings import settings
from evergreen.flows import chain
from evergreen.flows.evidence import code_of_rules, gather
from evergreen.flows.ledger import Ledger
from evergreen.records.report import Outcome
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict

from .conftest import Place, promote

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
RULES = """
def enough(*, numbers, at_least):
    return numbers["rows"] >= at_least, f"{numbers['rows']} rows were tested."


def raises(*, numbers):
    return numbers["no such key"]
"""


def ruled(place: Place, *gates: dict[str, Any]) -> None:
    (place.ws.folder / "rules.py").write_text(RULES)
    place.ws = replace(place.ws, spec=place.ws.spec.model_validate(place.ws.spec.model_dump() | {"gates": gates}))


def outcome(place: Place, run_id: str, number: int = 0) -> RuleOutcome:
    return Ledger(place.ws.store, "small", run_id).read("gate", Verdict).outcomes[number]


def test_a_rule_of_the_model_folder_decides(place: Place) -> None:
    ruled(place, {"rule": "custom", "function": "rules:enough", "arguments": {"at_least": 10}})
    assert chain.retrain(place.ws, place.run("first", FEBRUARY)).outcome is Outcome.CHALLENGER
    assert "rows were tested." in outcome(place, "first").sentence
    before = code_of_rules(place.ws)
    ruled(place, {"rule": "custom", "function": "rules:raises"})
    assert chain.retrain(place.ws, place.run("second", FEBRUARY)).outcome is Outcome.REFUSED_GATES
    found = outcome(place, "second")
    assert found.judgement is Judgement.FAIL
    assert "KeyError" in found.sentence
    assert "rules.py:7" in found.sentence
    assert code_of_rules(place.ws) == before


def test_an_advisory_on_a_package_of_the_environment_blocks(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "advisories"
    folder.mkdir()
    affected = {
        "package": {"ecosystem": "PyPI", "name": "scikit-learn"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
    }
    advisory = {"id": "GHSA-test-test-test", "modified": "2026-01-01T00:00:00Z", "affected": [affected]}
    (folder / "a.json").write_text(json.dumps(advisory))
    monkeypatch.setenv("EVERGREEN_ADVISORIES", str(folder))
    settings.cache_clear()
    ruled(place, {"rule": "advisories"})
    assert chain.retrain(place.ws, place.run("first", FEBRUARY)).outcome is Outcome.REFUSED_GATES
    assert "scikit-learn" in outcome(place, "first").sentence
    (folder / "a.json").write_text(json.dumps(advisory | {"withdrawn": "2026-01-02T00:00:00Z"}))
    assert chain.retrain(place.ws, place.run("second", FEBRUARY)).outcome is Outcome.CHALLENGER


def test_the_champions_training_is_found(trained: Place) -> None:
    alone = gather(trained.ws, Ledger(trained.ws.store, "small", "first"))
    assert (alone.champion, alone.champion_candidate) == (None, None)
    assert alone.inputs == trained.ws.spec.columns.features.names
    promote(trained, "first")
    trained.land(2)
    chain.retrain(trained.ws, trained.run("second", MARCH))
    found = gather(trained.ws, Ledger(trained.ws.store, "small", "second"))
    assert found.champion is not None
    assert found.champion_candidate is not None
    assert found.champion_candidate.fitted_on == "mature"
