"""What the commands print of a model's alerts."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from tests.unit.flows.test_alerts import MODEL, NOON, look
from typer.testing import CliRunner

from evergreen.cli.app import app
from evergreen.core.clock import frozen
from evergreen.core.errors import RunError
from evergreen.flows import books
from evergreen.stores.memory import MemoryStore


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    found = MemoryStore()
    monkeypatch.setattr(books, "open_books", lambda _model: SimpleNamespace(store=found))
    return found


def run(*command: str) -> str:
    with frozen(NOON):
        done = CliRunner().invoke(app, [command[0], "--model", MODEL, *command[1:]], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_what_stands_waits_and_is_muted(store: MemoryStore) -> None:
    assert run("alerts") == "small: nothing stands, waits or is muted."
    look(store, ["drift"])
    said = run("mute", "--finding", "drift", "--for", "2d", "--reason", "We know.").splitlines()
    assert said[:2] == [
        "stands  drift, since 2013-06-01 12:00 UTC (monitoring)",
        "waits   small: drift; told: nobody",
    ]
    assert said[2].startswith("muted   drift, until 2013-06-03 12:00 UTC, by ")
    assert said[2].endswith(": We know.")
    assert json.loads(run("alerts", "--json"))["mutes"][0]["until"] == "2013-06-03T12:00:00Z"
    assert "muted" not in run("unmute", "--finding", "drift")


def test_a_mute_that_is_over_is_not_shown(store: MemoryStore) -> None:
    look(store, ["drift"])
    run("mute", "--for", "1h", "--reason", "We know.")
    with frozen(NOON + timedelta(hours=1)):
        said = CliRunner().invoke(app, ["alerts", "--model", MODEL]).output
    assert "muted" not in said


@pytest.mark.usefixtures("store")
def test_a_duration_that_is_none_is_refused() -> None:
    with pytest.raises(RunError, match="--for: 'soon' is no duration"):
        run("mute", "--for", "soon", "--reason", "x")
