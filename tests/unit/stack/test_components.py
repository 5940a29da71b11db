import signal
from pathlib import Path

import pytest

from evergreen.core.settings import settings
from evergreen.stack import components as module
from evergreen.stack.components import MIGRATE, components, migrated, note_migrated
from evergreen.stack.state import State

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path: Path) -> State:
    """The project itself, with a state folder that is empty."""
    state = State(PROJECT, tmp_path)
    state.postgres.mkdir()
    return state


def names(state: State) -> list[str]:
    return [component.name for component in components(state)]


def test_everything_waits_for_what_it_needs_and_nothing_for_itself(project: State) -> None:
    found = {component.name: component for component in components(project)}
    started: set[str] = set()
    while len(started) < len(found):
        able = {name for name, component in found.items() if started.issuperset(component.needs)} - started
        assert able, f"these wait for each other: {found.keys() - started}"
        started |= able


def test_airflow_starts_on_migrated_tables(project: State) -> None:
    found = {component.name: component for component in components(project)}
    assert found[MIGRATE].once
    assert found[MIGRATE].needs == ("postgres", "s3")
    assert all(
        found[name].needs == ("postgres", MIGRATE) for name in ("api-server", "scheduler", "dag-processor", "triggerer")
    )


def test_postgresql_does_not_wait_for_its_clients(project: State) -> None:
    found = {component.name: component for component in components(project)}
    assert found["postgres"].stop is signal.SIGINT


def test_a_component_of_ones_own_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("mine: sleep 5\n")
    (mine,) = components(State(tmp_path, tmp_path / ".evergreen"))
    assert (mine.name, mine.command, mine.needs, mine.once) == ("mine", "sleep 5", (), False)


def test_a_stack_with_fabs_login_enters_its_users(project: State, monkeypatch: pytest.MonkeyPatch) -> None:
    note_migrated(project)
    monkeypatch.setenv("EVERGREEN_STACK_LOGIN", "fab")
    settings.cache_clear()
    try:
        assert not migrated(project)
        (migrate,) = [found.command for found in components(project) if found.name == MIGRATE]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "evergreen_airflow.fab_users" in migrate


def test_tables_are_migrated_once_for_each_airflow(project: State, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not migrated(project)
    assert MIGRATE in names(project)
    note_migrated(project)
    assert MIGRATE not in names(project)
    assert all(MIGRATE not in component.needs for component in components(project))
    monkeypatch.setattr(module, "version", lambda _: "99")
    assert MIGRATE in names(project)
