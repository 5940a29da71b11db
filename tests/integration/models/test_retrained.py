"""The examples that no demo runs, retrained on a quarter of two months of real flights: card, and bit by bit again.

No server is needed, but half a minute for each.
"""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.flows.conftest import MemoryMlflow

from evergreen.core.settings import settings
from evergreen.flows import chain
from evergreen.flows.card import find_card
from evergreen.flows.ledger import Ledger
from evergreen.flows.reproduce import reproduce
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome
from evergreen.records.run import Run, Way
from evergreen.spec.load import load
from evergreen.stores.memory import MemoryStore

pytestmark = pytest.mark.integration

MODELS = Path(__file__).parents[3] / "models"
MARCH = datetime(2013, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("EVERGREEN_THREADS", "1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def _loader() -> ModuleType:
    found = importlib.util.spec_from_file_location("thin_loader", MODELS / "flight_delays" / "loader.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _workspace(name: str) -> Workspace:
    spec, store, loader = load(MODELS / name), MemoryStore(), _loader()
    label = spec.columns.label.column
    quarter = loader.flights(label).iloc[::4]
    vars(loader)["flights"] = lambda _: quarter
    loader.land(store, range(1, 3), producer_run="tests", model=name, label=label)
    journal = Journal(store, name)
    return Workspace(spec=spec, folder=MODELS / name, store=store, registry=MemoryMlflow(), journal=journal)


@pytest.mark.parametrize("name", ["air_time", "flight_outcome"])
def test_it_is_retrained_has_a_card_and_comes_again_bit_by_bit(name: str) -> None:
    ws = _workspace(name)
    run = Run(model=name, run_id="first", way=Way.MANUAL, as_of=MARCH, asked_by="ada", reason="to see")
    report = chain.retrain(ws, run)
    assert report.outcome == Outcome.CHALLENGER, report.text
    refit, made = Ledger(ws.store, name, "first").read("refit", Refit), find_card(ws, "first")
    assert made is not None
    assert made.version == refit.version.number
    assert f"<h1>{name}, version {made.version}</h1>" in ws.store.get(made.html_key).decode()
    found = reproduce(ws, refit.version.number)
    assert (found.equal, found.deviations) == (True, ())
