"""``evergreen govern | versions``: hold MLflow against the journal, and print the auditor's table."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from evergreen.cli.output import Json
from evergreen.core.errors import RunError

Model = Annotated[str | None, typer.Option("--model", "-m", help="One model. Default: every model that has a folder.")]


def govern(model: Model = None, as_json: Json = False) -> None:
    """Hold MLflow and the stored packages against the journal; leave with exit code 6 while a finding is open."""
    from evergreen.flows import govern as flow
    from evergreen.flows.books import fleet

    found = flow.govern_fleet([model] if model else fleet())
    typer.echo(json.dumps([f.to_dict() for f in found]) if as_json else "\n".join(f.text for f in found))
    if any(not finding.repaired for inspection in found for finding in inspection.findings):
        raise typer.Exit(6)


def versions(
    model: Model = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model that has a folder.")] = False,
    as_json: Json = False,
) -> None:
    """Print the auditor's table: for each version its origin, metrics, bias, and who approved it for what."""
    from evergreen.flows.books import fleet, open_books
    from evergreen.flows.versions import versions as table

    if (model is None) is not everything:
        raise RunError("Say either --model <name> or --all.")
    rows: list[dict[str, str]] = []
    for name in [model] if model else fleet():
        found, missing = table(open_books(name))
        rows += found
        if missing:
            typer.echo(missing, err=True)
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False) if as_json else "\n".join(_lines(rows)))


def _lines(rows: Iterable[dict[str, str]]) -> Iterable[str]:
    """One block a version: ten columns, two of them long, fit no screen side by side."""
    for row in rows:
        yield row["model_id"] + (f" ({row['stage']})" if row["stage"] else "")
        shown = (name for name in row if name not in ("model_id", "name", "version", "stage"))
        yield from (f"    {name.replace('_', ' ')}: {row[name] or '-'}" for name in shown)


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (govern, versions):
        app.command()(command)
