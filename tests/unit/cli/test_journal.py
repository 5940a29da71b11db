"""The commands about the journal."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL
from typer.testing import CliRunner, Result

from evergreen.cli.app import app
from evergreen.core.errors import RunError
from evergreen.flows import workspace
from evergreen.flows.workspace import Workspace
from evergreen.journal.entry import key_of
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Trust, open_trust
from evergreen.spec.model import ModelSpec
from evergreen.stores.anchors import FileAnchors
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry


@pytest.fixture
def store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trust: Trust, small_spec: Callable[..., ModelSpec]
) -> MemoryStore:
    """The store of a workspace with a whole life in its journal, which commands open."""
    store = MemoryStore(versioned=True)
    whole_life(Journal(store, MODEL, trust))

    def opened(model: str) -> Workspace:
        return Workspace(
            spec=small_spec(name=model),
            folder=tmp_path,
            store=store,
            registry=MemoryRegistry(),  # type: ignore[arg-type]
            journal=Journal(store, model, trust),
            anchors=(FileAnchors(tmp_path / "heads"),),
        )

    monkeypatch.setattr(workspace, "open_workspace", opened)
    return store


def _say(*words: str) -> Result:
    return CliRunner().invoke(app, ["journal", *words, "--model", MODEL])


def test_show_and_export_give_every_entry(store: MemoryStore) -> None:
    length = Journal(store, MODEL).state().sequence
    assert len(_say("show").stdout.splitlines()) == length
    assert len(_say("export").stdout.splitlines()) == length
    assert len(_say("export", "--format", "csv").stdout.splitlines()) == length + 1
    assert [json.loads(line)["sequence"] for line in _say("show", "--json").stdout.splitlines()] == list(
        range(1, length + 1)
    )


def test_an_unknown_format_is_wrong(store: MemoryStore) -> None:
    assert isinstance(_say("export", "--format", "xml").exception, RunError)


def test_verify_is_content_until_something_is_done(store: MemoryStore) -> None:
    sound = _say("verify")
    assert (sound.exit_code, "signatures hold" in sound.stdout) == (0, True)
    store.put(key_of(MODEL, 3), b"forged")
    hidden = _say("verify")
    assert hidden.exit_code == 6
    assert "overwritten 1 and deleted 0 times" in hidden.stdout
    store.erase(key_of(MODEL, 3))
    broken = _say("verify", "--json")
    assert broken.exit_code == 6
    assert json.loads(broken.stdout)["fault"]["sequence"] == 3


def test_what_was_anchored_and_cut_is_found(store: MemoryStore) -> None:
    length = Journal(store, MODEL).state().sequence
    assert f"entry {length} (" in _say("anchor").stdout
    store.erase(key_of(MODEL, length))
    assert f"broken at entry {length}" in _say("verify").stdout


def test_after_a_checkpoint_a_cheap_verify_begins_there(store: MemoryStore) -> None:
    length = Journal(store, MODEL).state().sequence
    assert store.get(_say("checkpoint").stdout.strip())
    assert json.loads(_say("verify", "--since-checkpoint", "--json").stdout)["since"] == length


def test_at_says_who_was_champion(store: MemoryStore) -> None:
    assert "version 1, package" in _say("at", "2999-01-01").stdout
    assert json.loads(_say("at", "2999-01-01", "--json").stdout)["kind"] == "rollback"
    assert _say("at", "1999-01-01").stdout.endswith("no champion\n")
    assert _say("at", "1999-01-01", "--json").stdout == "null\n"
    assert Journal(store, MODEL).state().champion is not None


def test_a_key_is_made_and_not_written_over(tmp_path: Path) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "keys"
    command = ["journal", "key", "--private", str(private), "--public", str(public)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    trust = open_trust(private, public)
    assert trust.signer is not None
    assert trust.keys.names == (trust.signer.name,)
    content = private.read_text()
    assert isinstance(CliRunner().invoke(app, command).exception, RunError)
    assert (private.read_text(), len(list(public.iterdir()))) == (content, 1)
