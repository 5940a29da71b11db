"""``evergreen fleet``: questions over all models, answered by the read model in one query each."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evergreen.cli.output import Json

if TYPE_CHECKING:
    from evergreen.stores.read_model_layout import Question

app = typer.Typer(invoke_without_command=True)

Start = Annotated[datetime, typer.Option("--from", help="UTC, included.")]
End = Annotated[datetime | None, typer.Option("--to", help="UTC, not included. Default: now.")]


@app.callback()
def champions(context: typer.Context, as_json: Json = False) -> None:
    """Print the champion of every model: since when, approved by whom, trained on what, how old its data is."""
    if context.invoked_subcommand is None:
        from evergreen.core.clock import now
        from evergreen.records.freeze import FLEET

        _print("champions", as_json=as_json, now=now(), fleet=FLEET)


@app.command()
def promotions(start: Start, end: End = None, as_json: Json = False) -> None:
    """Print every promotion and rollback of the fleet between two times."""
    from evergreen.core.clock import now

    until = end.replace(tzinfo=UTC) if end else now()
    _print("promotions", as_json=as_json, start=start.replace(tzinfo=UTC), end=until)


@app.command()
def requests(as_json: Json = False) -> None:
    """Print the retrain requests of the fleet that are not closed."""
    _print("requests", as_json=as_json)


@app.command()
def approvals(
    by: Annotated[str | None, typer.Option(help="Only the answers of this person.")] = None, as_json: Json = False
) -> None:
    """Print who approved or rejected what."""
    _print("approvals", as_json=as_json, person=by)


@app.command()
def rebuild(as_json: Json = False) -> None:
    """Make the read model anew from the journals; exit code 6 when one of them does not verify."""
    _take("rebuild", as_json=as_json)


@app.command()
def refresh(as_json: Json = False) -> None:
    """Take what the journals have got since; the DAG govern__registry does so each hour."""
    _take("refresh", as_json=as_json)


def _take(word: str, *, as_json: bool) -> None:
    from evergreen.flows import fleet

    found = getattr(fleet, word)(fleet.open_read_model(), fleet.models_of())
    typer.echo(json.dumps(asdict(found)) if as_json else found.sentence)
    if found.problems:
        raise typer.Exit(6)


def _print(question: "Question", *, as_json: bool, **values: Any) -> None:
    from evergreen.flows.fleet import open_read_model

    rows = open_read_model().ask(question, **values)
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=_text) if as_json else "\n".join(lines(rows)))


def lines(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each row, in columns; what is long or empty in every row is left to ``--json``.

    >>> lines([{"model": "late", "version": 3, "problem": ""}, {"model": "air_time", "version": None, "problem": ""}])
    ['model     version', 'late      3', 'air_time  -']
    >>> lines([])
    ['nothing']
    """
    if not rows:
        return ["nothing"]
    names = [
        n
        for n in rows[0]
        if n not in ("snapshot", "git_commit", "metrics") and any(r[n] not in (None, "") for r in rows)
    ]
    cells = [names, *([_text(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return "-" if value is None or value == "" else str(value)
