"""What the supervisor knows of each component: what it needs first, when it is ready, how it stops."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from evergreen.core.settings import settings
from evergreen.stack import probes
from evergreen.stack.procfile import read
from evergreen.stack.state import State

Probe = Callable[[State, float], bool]
"""Asked again and again with the time (Unix seconds) of the component's start, until it says yes."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """One program of the stack. ``once``: it runs to its end, and what needs it waits for that."""

    name: str
    command: str
    needs: tuple[str, ...] = ()
    ready: Probe = probes.still_runs
    stop: signal.Signals = signal.SIGTERM
    once: bool = False


MIGRATE = "migrate"
"""Makes or upgrades Airflow's tables, locks the bucket, and enters FAB's users; not in the Procfile, since it does not stay."""
PREPARE = ("airflow db migrate", "evergreen store check --lock")
FAB_USERS = "python -m evergreen_airflow.fab_users"
"""The simple login reads its users from the environment; FAB has them in tables."""

NEEDS = {
    "mlflow": ("postgres", "s3"),
    MIGRATE: ("postgres", "s3"),
    "api-server": ("postgres", MIGRATE),
    "scheduler": ("postgres", MIGRATE),
    "dag-processor": ("postgres", MIGRATE),
    "triggerer": ("postgres", MIGRATE),
}
READY: dict[str, Probe] = {
    "postgres": probes.postgres,
    "s3": probes.s3,
    "mlflow": probes.mlflow,
    "api-server": probes.api_server,
    "scheduler": probes.scheduler,
    "dag-processor": probes.dag_processor,
    "triggerer": probes.triggerer,
}
STOP = {"postgres": signal.SIGINT}  # "fast": roll open transactions back instead of waiting for clients to leave


def _noted(state: State) -> Path:
    return state.postgres / "evergreen.migrated"  # beside the data that it speaks of: they come and go together


def migrated(state: State) -> bool:
    """Whether the tables are those of the installed Airflow, and the bucket was locked."""
    return _noted(state).exists() and _noted(state).read_text() == _prepared()


def note_migrated(state: State) -> None:
    """Remember what the tables and the bucket were prepared for."""
    _noted(state).write_text(_prepared())


def _prepared() -> str:
    return f"{version('apache-airflow-core')}, {_prepare()}"


def _prepare() -> str:
    steps = (*PREPARE, FAB_USERS) if settings().stack_login == "fab" else PREPARE
    return f"sh -c '{' && '.join(steps)}'"


def components(state: State) -> list[Component]:
    """The components of the Procfile, and the migration where it is due, in the order in which they are shown.

    A line that someone adds to the Procfile needs nothing and counts as ready when it has run for a second.
    """
    commands = read(state.project)
    if "api-server" in commands and not migrated(state):
        first = list(commands).index("api-server")
        lines = list(commands.items())
        commands = dict([*lines[:first], (MIGRATE, _prepare()), *lines[first:]])
    return [
        Component(
            name=name,
            command=command,
            needs=tuple(need for need in NEEDS.get(name, ()) if need in commands),
            ready=READY.get(name, probes.still_runs),
            stop=STOP.get(name, signal.SIGTERM),
            once=name == MIGRATE,
        )
        for name, command in commands.items()
    ]
