"""``evergreen demo``: start the stack, and tell the story of 2013 by real runs."""

import json
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from evergreen.records.evaluation import Estimate, Evaluation
from evergreen.stack.state import locate

if TYPE_CHECKING:
    from evergreen.flows.demo import Chapter, Teller


COLUMNS = {
    "chapter": 7,
    "as of": 10,
    "way in": 8,
    "challenger": 10,
    "champion": 8,
    "difference (95%)": 18,
    "outcome": 11,
}
"""Headings and widths: the table fits a terminal of 80 columns, and grows by a row whenever a chapter has happened."""


def demo() -> None:
    """Watch a model go stale on real flights, and three retrainings be judged."""
    from evergreen.stack.commands import up

    up()
    console = Console(highlight=False)
    rows: list[tuple[str, ...]] = []
    for chapter in _teller(console).story():
        rows.append(_row(chapter))
        console.print(_table(rows[-1:], heading=len(rows) == 1))
    console.print("The whole story: AUC on flights that neither model had seen, intervals by day.")
    console.print(_table(rows, heading=True))
    _where_to_look(console)


def _table(rows: list[tuple[str, ...]], *, heading: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=heading)
    for name, width in COLUMNS.items():
        table.add_column(name, width=width, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _row(chapter: "Chapter") -> tuple[str, ...]:
    promoted = f"promoted v{chapter.promotion.version}" if chapter.promotion else chapter.report.outcome.value
    numbers = _numbers(chapter.evaluation)
    return (chapter.title, f"{chapter.run.as_of:%Y-%m-%d}", chapter.run.way.value, *numbers, promoted)


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(demo)


def _numbers(evaluation: Evaluation | None) -> tuple[str, str, str]:
    if evaluation is None:
        return "", "", ""
    value = {m.role: m.estimate.value for m in evaluation.metrics if m.name == "roc_auc"}
    paired = [d.estimate for d in evaluation.differences if d.metric == "roc_auc" and d.against == "champion"]
    champion = f"{value['champion']:.4f}" if "champion" in value else "none yet"
    return f"{value['challenger']:.4f}", champion, _interval(paired[0]) if paired else ""


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:+.4f}"
    return f"{estimate.value:+.4f}\n{estimate.low:+.4f} to {estimate.high:+.4f}"


def _teller(console: Console) -> "Teller":
    from evergreen.core.settings import settings
    from evergreen.flows.demo import MODEL, Teller
    from evergreen.flows.workspace import open_workspace
    from evergreen.stores.airflow import AirflowApi

    settings.cache_clear()  # the stack has just written its addresses
    password = json.loads(locate().passwords.read_text())["admin"]
    return Teller(
        open_workspace(MODEL),
        AirflowApi(settings().airflow_url, "admin", password),
        lambda what: console.print(f"[dim]{what} …[/dim]"),
    )


def _where_to_look(console: Console) -> None:
    from evergreen.core.settings import settings

    at = settings()
    console.print(f"Airflow: {at.airflow_url} (user admin, password in {locate().passwords})", highlight=False)
    console.print(f"  the graph of the retraining: {at.airflow_url}/dags/retrain__flight_delays", highlight=False)
    console.print(f"  the look that asked for it:  {at.airflow_url}/dags/monitor__flight_delays", highlight=False)
    console.print(f"MLflow:  {at.mlflow_url}/#/models/flight_delays", highlight=False)
    console.print("Journal: evergreen journal show --model flight_delays", highlight=False)
    console.print("Stop:    make down", highlight=False)
