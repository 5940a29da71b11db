import signal
from pathlib import Path

from evergreen.stack.components import MIGRATE, components
from evergreen.stack.state import State

PROJECT = Path(__file__).resolve().parents[3]


def test_everything_waits_for_what_it_needs_and_nothing_for_itself():
    found = {component.name: component for component in components(State(PROJECT, PROJECT / ".evergreen"))}
    started: set[str] = set()
    while len(started) < len(found):
        able = {name for name, component in found.items() if started.issuperset(component.needs)} - started
        assert able, f"these wait for each other: {found.keys() - started}"
        started |= able


def test_airflow_starts_on_migrated_tables():
    found = {component.name: component for component in components(State(PROJECT, PROJECT / ".evergreen"))}
    assert found[MIGRATE].once
    assert found[MIGRATE].needs == ("postgres",)
    assert all(found[name].needs == (MIGRATE,) for name in ("api-server", "scheduler", "dag-processor", "triggerer"))


def test_postgresql_does_not_wait_for_its_clients():
    found = {component.name: component for component in components(State(PROJECT, PROJECT / ".evergreen"))}
    assert found["postgres"].stop is signal.SIGINT


def test_a_component_of_ones_own_needs_nothing(tmp_path):
    (tmp_path / "Procfile").write_text("mine: sleep 5\n")
    (mine,) = components(State(tmp_path, tmp_path / ".evergreen"))
    assert (mine.name, mine.command, mine.needs, mine.once) == ("mine", "sleep 5", (), False)
