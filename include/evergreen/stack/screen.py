"""What ``evergreen stack`` shows to a person."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.live import Live
from rich.table import Table

from evergreen.core.clock import now
from evergreen.stack.lifecycle import Started, Watcher
from evergreen.stack.ports import ports
from evergreen.stack.state import State
from evergreen.stack.status import ComponentStatus, Phase, StackStatus

COLOURS = {Phase.READY: "green", Phase.FAILED: "red", Phase.STARTING: "yellow", Phase.RESTARTING: "yellow"}


def _seconds(component: ComponentStatus) -> str:
    if component.seconds is not None and component.phase is Phase.READY:
        return f"{component.seconds:.1f} s"
    return "" if component.since is None else f"{now().timestamp() - component.since:.0f} s"


def _phase(component: ComponentStatus) -> str:
    return "done" if component.once and component.phase is Phase.READY else component.phase.value


def _table(status: StackStatus) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, component in status.components.items():
        colour = COLOURS.get(component.phase, "dim")
        process = f"process {component.pid}" if component.pid and component.phase is Phase.READY else component.message
        table.add_row(name, f"[{colour}]{_phase(component)}[/]", _seconds(component), f"[dim]{process}[/]")
    return table


class Screen:
    """Progress, results and errors. Secrets never pass through here."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    @contextmanager
    def starting(self) -> Iterator[Watcher]:
        """Show components as they become ready: a live table, or one line each where there is no terminal."""
        if self._out.is_terminal:
            with Live(console=self._out, refresh_per_second=5) as live:
                yield lambda status: live.update(_table(status))
            return
        told: set[str] = set()

        def tell(status: StackStatus) -> None:
            for name, component in status.components.items():
                if component.phase is Phase.READY and name not in told:
                    told.add(name)
                    self._out.print(f"{name:<14} {_phase(component)}  {_seconds(component)}")

        yield tell

    def started(self, state: State, started: Started) -> None:
        """Say what ``up`` did, and where to look."""
        if started.already:
            self._out.print("The stack is up already; nothing was started.")
        if started.orphans:
            self._out.print(f"Stopped {started.orphans} processes that a killed stack had left; its data is all there.")
        chosen = ports(state)
        for name, before in (started.moved or {}).items():
            self._out.print(f"Port {before} was taken: {name} listens on {chosen[name]}.")
        self._out.print(f"Airflow  http://127.0.0.1:{chosen['airflow']}   login admin, password in {state.passwords}")
        self._out.print(f"MLflow   http://127.0.0.1:{chosen['mlflow']}")
        self._out.print(f"S3       http://127.0.0.1:{chosen['s3']}   keys: source {state.env}")
        self._out.print("Stop with: make down")

    def stopped(self, count: int) -> None:
        """Say what ``down`` did."""
        self._out.print(f"The stack is down ({count} processes stopped)." if count else "The stack was not running.")

    def status(self, status: StackStatus | None, *, as_json: bool) -> None:
        """Show every component."""
        if as_json:
            self._out.print_json(json.dumps(None if status is None else asdict(status)))
        elif status is None:
            self._out.print("The stack is down: `make up` starts it.")
        else:
            self._out.print(_table(status))

    def note(self, text: str) -> None:
        """Something beside the result, on standard error."""
        self._err.print(text)

    def error(self, text: str) -> None:
        """What went wrong and what to do."""
        self._err.print(text, style="red", markup=False)
