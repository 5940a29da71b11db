"""``evergreen forget``: erase the rows of one person."""

from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.cli.retrain import Reason
from evergreen.core.errors import RunError

Keys = Annotated[list[str], typer.Option("--key", help="column=value; repeat it for rows that must meet all.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")]


def forget(model: Model, key: Keys, reason: Reason, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Erase the rows of one person from raw copies, snapshots and logs; asked again, it finishes or finds nothing."""
    from getpass import getuser

    from evergreen.flows.forget import forget as flow
    from evergreen.flows.workspace import open_workspace
    from evergreen.spec.data import SqlSource

    ws = open_workspace(model)
    if isinstance(ws.spec.source, SqlSource):
        typer.echo(
            f"The rows behind connection {ws.spec.source.connection!r} are not Evergreen's to erase: erase them there first, "
            "or the next snapshot brings them back.",
            err=True,
        )
    order = flow(ws, values_of(key), by=getuser(), reason=reason, dry_run=dry_run)
    if order is None:
        typer.echo("null" if as_json else f"{model}: no such rows, nothing to erase")
        return
    say(order, f"{'would erase' if dry_run else 'erased'}: {order.sentence}", as_json=as_json)


def values_of(keys: list[str]) -> dict[str, str]:
    """Columns and values; raises ``RunError`` for an option that is no pair, without repeating it.

    >>> values_of(["customer=17", "country=at"])
    {'customer': '17', 'country': 'at'}
    """
    pairs = [text.partition("=") for text in keys]
    if any(not (column and separator and value) for column, separator, value in pairs):
        raise RunError("Each --key is column=value, as in --key customer=17.")
    if len({column for column, _, _ in pairs}) < len(pairs):
        raise RunError("Name each column once: rows must meet every --key.")
    return {column: value for column, _, value in pairs}


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(forget)
