"""``evergreen journal``: read and check the audit trail of a model."""

import json

import typer

from evergreen.cli.output import Json, Model

app = typer.Typer(no_args_is_help=True)


@app.command()
def show(model: Model, as_json: Json = False) -> None:
    """Print every entry, oldest first, one a line."""
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.describe import describe

    for entry in open_workspace(model).journal.entries():
        typer.echo(json.dumps(entry.to_dict(), ensure_ascii=False) if as_json else describe(entry))


@app.command()
def verify(model: Model) -> None:
    """Check the chain; leave with exit code 6 and the first bad entry when it does not hold."""
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.verify import verify as check

    ws = open_workspace(model)
    found = check(ws.store, ws.model)
    typer.echo(found.sentence)
    if found.fault is not None:
        raise typer.Exit(6)
