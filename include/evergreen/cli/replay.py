"""``evergreen replay``: 2013 as it happened, by real runs or as a fast simulation of the same steps."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from evergreen.core.errors import RunError
from evergreen.stack.state import locate

if TYPE_CHECKING:
    from evergreen.flows.policies import Policy
    from evergreen.flows.replay import Month, Platform, Replay
    from evergreen.flows.workspace import Workspace

WEEK, DAY = timedelta(days=7), timedelta(days=1)
LONGEST = 10
"""March to December."""
MONTHS = {
    "month": 5,
    "drift": 5,
    "worst columns": 17,
    "est.": 6,
    "true": 6,
    "requests": 18,
    "champion": 8,
    "trained": 7,
}
POLICIES = {"policy": 20, "trainings": 9, "mean of months": 17, "all rows": 17}
"""Headings and widths: tables of 80 columns."""


def replay(
    model: Annotated[str, typer.Option("--model", "-m", help="A model about the flights.")] = "flight_delays",
    months: Annotated[int, typer.Option(min=1, max=LONGEST, help="How many, from March on.")] = LONGEST,
    simulate: Annotated[bool, typer.Option("--simulate", help="In this process, daily, without the stack.")] = False,
    resampled: Annotated[
        bool, typer.Option("--resampled", help="Days in random order: a year without change.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of that order.")] = 0,
    step: Annotated[
        int | None, typer.Option(min=1, max=31, help="Days from look to look; 1 if simulated, else 7.")
    ] = None,
    policies: Annotated[bool, typer.Option(help="Compare with other policies on the same rows.")] = True,
) -> None:
    """Live through a year of flights: the platform decides by itself when the model is retrained."""
    if resampled and not simulate:
        raise RunError("Only a simulation moves days; add --simulate.")
    console = Console(highlight=False)
    between = timedelta(days=step) if step else DAY if simulate else WEEK
    played = _replay(console, model, months, between, seed=seed if resampled else None, simulate=simulate)
    lines: list[tuple[str, ...]] = []
    for month in played.months():
        lines.append(_line(month))
        console.print(_table(MONTHS, lines[-1:], heading=len(lines) == 1))
    console.print("The whole replay:")
    console.print(_table(MONTHS, lines, heading=True))
    found = [played.result()]
    if policies:
        from evergreen.flows.policies import others

        found += others(played.ws, played.truth(), played.first, played.say)
    first, second = _metrics(played)
    console.print(f"{first} and {second} on the same rows; means of months, and over all rows:")
    console.print(_table(POLICIES, [_policy(p) for p in found], heading=True))


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(replay)


def _replay(
    console: Console, model: str, months: int, step: timedelta, *, seed: int | None, simulate: bool
) -> "Replay":
    if not simulate:
        from evergreen.stack.commands import up

        up()
    from evergreen.core.settings import settings
    from evergreen.flows.replay import Replay
    from evergreen.flows.year import year_of_flights
    from evergreen.records.interval import Interval

    settings.cache_clear()  # the stack has just written its addresses

    def say(what: str) -> None:
        console.print(f"[dim]{what} …[/dim]")

    ws, platform = _simulated(model) if simulate else _real(model, say)
    year = year_of_flights(ws.spec, settings().models_dir)
    month = 3 + months
    return Replay(
        ws=ws,
        year=year if seed is None else year.resampled(seed),
        platform=platform,
        first=Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 3, 1, 6, tzinfo=UTC)),
        until=datetime(2013 + month // 13, (month - 1) % 12 + 1, 1, tzinfo=UTC),
        step=step,
        say=say,
    )


def _simulated(model: str) -> "tuple[Workspace, Platform]":
    from evergreen.core.settings import settings
    from evergreen.flows.in_process import InProcess, in_memory
    from evergreen.spec.load import load

    folder = (settings().models_dir / model).resolve()
    ws = in_memory(load(folder), folder)
    return ws, InProcess(ws)


def _real(model: str, say: Callable[[str], None]) -> "tuple[Workspace, Platform]":
    from evergreen.core.settings import settings
    from evergreen.flows.through_airflow import ThroughAirflow
    from evergreen.flows.workspace import open_workspace
    from evergreen.stores.airflow import AirflowApi

    password = json.loads(locate().passwords.read_text())["admin"]
    ws = open_workspace(model)
    return ws, ThroughAirflow(ws, AirflowApi(settings().airflow_url, "admin", password), say)


def _metrics(played: "Replay") -> tuple[str, str]:
    from evergreen.flows.answers import SHOWN

    return SHOWN[played.ws.spec.task]


def _table(columns: dict[str, int], rows: list[tuple[str, ...]], *, heading: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=heading)
    for name, width in columns.items():
        table.add_column(name, width=width, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _line(month: "Month") -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.4g}"

    return (
        f"{month.start:%b}",
        "-" if month.drift is None else f"{month.drift:.0%}",
        ", ".join(month.columns) or "-",
        number(month.estimated),
        number(month.true),
        "\n".join(f"{at:%m-%d} {outcome}" for at, outcome in month.requests) or "-",
        f"v{month.version}",
        str(month.trainings),
    )


def _policy(policy: "Policy") -> tuple[str, ...]:
    def both(values: tuple[float, float]) -> str:
        return f"{values[0]:.4f}  {values[1]:.4f}"

    return (
        policy.name,
        "-" if policy.trainings is None else str(policy.trainings),
        both(policy.means),
        both(policy.rows),
    )
