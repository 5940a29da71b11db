"""The commands ``evergreen stack …``."""

import json
import subprocess
import sys
from typing import Annotated

import typer

from evergreen.core.errors import EvergreenError
from evergreen.stack import lifecycle
from evergreen.stack.environment import environment, masked
from evergreen.stack.screen import Screen
from evergreen.stack.state import State, locate

app = typer.Typer(no_args_is_help=True, help="The local stack: PostgreSQL, S3, MLflow and Airflow on this machine.")


def _state(screen: Screen) -> State:
    try:
        return locate()
    except EvergreenError as error:
        screen.error(str(error))
        raise typer.Exit(1) from None


@app.command()
def up() -> None:
    """Start the stack and wait until it is ready; does nothing when it runs already."""
    screen = Screen()
    state = _state(screen)
    try:
        with screen.starting() as watch:
            started = lifecycle.up(state, watch)
    except EvergreenError as error:
        screen.error(str(error))
        raise typer.Exit(1) from None
    screen.started(state, started)


@app.command()
def down() -> None:
    """Stop the stack; its data stays."""
    screen = Screen()
    screen.stopped(lifecycle.down(_state(screen)))


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say how each component does. Exit code 0: all ready; 1: some are not; 3: the stack is down."""
    screen = Screen()
    seen = lifecycle.current(_state(screen))
    screen.status(seen, as_json=as_json)
    if seen is None:
        raise typer.Exit(3)
    if not seen.ready:
        raise typer.Exit(1)


@app.command()
def logs(
    component: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
) -> None:
    """Show the last lines of the components' logs."""
    screen = Screen()
    state = _state(screen)
    files = sorted(state.logs.glob("*.log")) if component is None else [state.log(component)]
    if not files or not files[0].exists():
        screen.error(f"No log in {state.logs}" + (f" for {component}." if component else "."))
        raise typer.Exit(1)
    command = ["tail", f"--lines={lines}", *(["--follow=name"] if follow else []), *map(str, files)]
    try:
        code = subprocess.run(command, check=False).returncode  # noqa: S603 - a fixed program
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)


@app.command()
def env(*, show: Annotated[bool, typer.Option("--show-secrets", help="Print secrets, too.")] = False) -> None:
    """Print the variables of the stack, and how to load them into a shell."""
    screen = Screen()
    state = _state(screen)
    try:
        variables = environment(state) if show else masked(state)
    except EvergreenError as error:
        screen.error(str(error))
        raise typer.Exit(1) from None
    sys.stdout.write("".join(f"{name}={json.dumps(value)}\n" for name, value in variables.items()))
    screen.note(f"To load them: source {state.env}")
