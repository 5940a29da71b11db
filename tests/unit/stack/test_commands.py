import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evergreen.core import settings
from evergreen.stack.commands import app
from evergreen.stack.credentials import credentials
from evergreen.stack.state import State


@pytest.fixture
def run(state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """The command line, in a project whose stack is down."""
    monkeypatch.chdir(state.project)
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("EVERGREEN_")})
    settings.settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, words)
    settings.settings.cache_clear()


def test_a_stack_that_is_down_says_so_and_how_to_start_it(run: Callable[..., Result]) -> None:
    result = run("status")
    assert result.exit_code == 3
    assert "make up" in result.output


def test_programs_read_null_when_it_is_down(run: Callable[..., Result]) -> None:
    assert json.loads(run("status", "--json").stdout) is None


def test_down_twice_is_no_error(run: Callable[..., Result]) -> None:
    result = run("down")
    assert result.exit_code == 0
    assert "was not running" in result.output


def test_secrets_are_shown_only_when_asked_for(run: Callable[..., Result], state: State) -> None:
    secrets = set(vars(credentials(state)).values())
    assert [secret for secret in secrets if secret in run("env").output] == []
    assert credentials(state).s3_secret_key in run("env", "--show-secrets").output


def test_a_component_without_a_log_is_named(run: Callable[..., Result]) -> None:
    result = run("logs", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.output


def test_outside_of_a_project_it_says_what_to_do(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    result = run("up")
    assert result.exit_code == 1
    assert "Procfile" in result.output
