"""``evergreen journal``: read, check and export the audit trail of a model, and the keys that sign it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say

app = typer.Typer(no_args_is_help=True)

SinceCheckpoint = Annotated[
    bool, typer.Option("--since-checkpoint", help="Begin at the newest signed checkpoint: cheap, for every hour.")
]
Form = Annotated[str, typer.Option("--format", help="jsonl: the stored entries, a line each; csv: a table.")]


@app.command()
def show(model: Model, as_json: Json = False) -> None:
    """Print every entry, oldest first, one a line."""
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.describe import describe

    for entry in open_workspace(model).journal.entries():
        typer.echo(json.dumps(entry.to_dict(), ensure_ascii=False) if as_json else describe(entry))


@app.command()
def verify(model: Model, since_checkpoint: SinceCheckpoint = False, as_json: Json = False) -> None:
    """Check chain, signatures and noted heads; leave with exit code 6 and the first bad entry when they do not hold."""
    from evergreen.flows.audit import check
    from evergreen.flows.workspace import open_workspace

    ws = open_workspace(model)
    found = check(ws.journal, ws.anchors, since_checkpoint=since_checkpoint)
    say(found, "\n".join((found.sentence, *(f"  {finding.sentence}" for finding in found.findings))), as_json=as_json)
    if found.fault is not None or found.findings:
        raise typer.Exit(6)


@app.command()
def at(
    model: Model,
    time: Annotated[datetime, typer.Argument(help="UTC: 2013-03-03, or 2013-03-03T12:00:00.")],
    as_json: Json = False,
) -> None:
    """Say what was champion at a time: of which data, by which verdict, approved by whom."""
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.history import champion_at

    moment = time.replace(tzinfo=UTC)
    found = champion_at(open_workspace(model).journal, moment)
    if found is None:
        typer.echo("null" if as_json else f"{model} on {moment:%Y-%m-%d %H:%M:%S} UTC: no champion")
        return
    say(found, found.sentence, as_json=as_json)


@app.command()
def export(model: Model, form: Form = "jsonl") -> None:
    """Print every entry for auditors, as JSON Lines or as CSV."""
    from evergreen.core.errors import RunError
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.export import export as lines

    if form not in ("jsonl", "csv"):
        raise RunError(f"--format {form!r}: choose jsonl or csv.")
    for line in lines(open_workspace(model).journal.entries(), "csv" if form == "csv" else "jsonl"):
        typer.echo(line)


@app.command()
def anchor(model: Model, as_json: Json = False) -> None:
    """Note the head of the journal outside the bucket."""
    from evergreen.flows.workspace import open_workspace
    from evergreen.journal.anchors import anchor as note

    ws = open_workspace(model)
    head = note(ws.journal, ws.anchors)
    places = " and ".join(str(place) for place in ws.anchors)
    say(head, f"entry {head.sequence} ({head.entry[:12]}) is noted in {places}", as_json=as_json)


@app.command()
def checkpoint(model: Model) -> None:
    """Write a signed checkpoint, from which the journal is read quickly."""
    from evergreen.flows.workspace import open_workspace

    typer.echo(open_workspace(model).journal.checkpoint())


@app.command()
def key(
    private: Annotated[Path, typer.Option(help="The private key: a new file, for EVERGREEN_SIGNING_KEY_FILE.")],
    public: Annotated[Path, typer.Option(help="The folder of public keys, for EVERGREEN_PUBLIC_KEYS.")],
) -> None:
    """Make a key that signs decisions; earlier public keys in the folder still count."""
    from evergreen.flows.audit import write_pair

    typer.echo(f"key {write_pair(private, public)}: {private} signs, {public} says who may")
