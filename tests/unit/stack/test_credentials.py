import base64
import json
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from evergreen.core.errors import RunError
from evergreen.stack.credentials import USERS, credentials, passwords, write_private
from evergreen.stack.state import State


def test_secrets_are_made_once_and_are_private(state: State) -> None:
    made = credentials(state)
    assert credentials(state) == made
    assert stat.S_IMODE(state.credentials.stat().st_mode) == 0o600
    assert len(set(vars(made).values())) == len(vars(made))
    assert len(base64.urlsafe_b64decode(made.fernet_key)) == 32


def test_nothing_shows_a_secret(state: State) -> None:
    made = credentials(state)
    assert [secret for secret in vars(made).values() if secret in repr(made)] == []


def test_two_stacks_share_no_secret(state: State, tmp_path: Path) -> None:
    first = credentials(state)
    state.credentials.unlink()
    second = credentials(state)
    assert set(vars(first).values()).isdisjoint(vars(second).values())


def test_a_damaged_file_is_not_replaced(state: State) -> None:
    state.credentials.write_text('{"postgres": "x"')
    with pytest.raises(RunError, match="is damaged"):
        credentials(state)
    assert state.credentials.read_text() == '{"postgres": "x"'


def test_a_secret_that_an_older_release_did_not_have_is_made_once(state: State) -> None:
    made = asdict(credentials(state))
    state.credentials.write_text(json.dumps({name: made[name] for name in made if name != "webhook_key"}))
    added = credentials(state)
    assert asdict(added) == made | {"webhook_key": added.webhook_key}
    assert credentials(state) == added


def test_every_user_has_a_password(state: State) -> None:
    made = passwords(state)
    assert set(made) == set(USERS)
    assert stat.S_IMODE(state.passwords.stat().st_mode) == 0o600
    assert passwords(state) == made


def test_a_password_that_someone_chose_counts(state: State) -> None:
    state.passwords.write_text(json.dumps({"admin": "chosen"}))
    assert passwords(state)["admin"] == "chosen"
    assert set(passwords(state)) == set(USERS)


def test_a_private_file_replaces_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
