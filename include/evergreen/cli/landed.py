"""``evergreen landed``: data is there, and the model that is retrained on new data may know."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.core.clock import now
from evergreen.core.errors import RunError

End = Annotated[
    datetime | None,
    typer.Option(help="Up to when the rows of a query are complete (UTC). Raw objects say so themselves."),
]


def landed(model: Model, end: End = None, as_json: Json = False) -> None:
    """Ask for a retraining on the data that has landed; a second time for the same data does nothing."""
    from evergreen.flows.landed import Announcement, ask_for_new_data
    from evergreen.flows.workspace import open_workspace

    ws = open_workspace(model)
    if end is None and ws.spec.source.kind == "sql":
        raise RunError(f"{model}: its rows come from a query; say with --end up to when they are complete.")
    announced = Announcement(end=end.replace(tzinfo=UTC)) if end else None
    look = ask_for_new_data(ws, now=now(), announced=announced, settled=timedelta(0))
    if look.request is None:
        typer.echo(look.sentence, err=as_json)
    else:
        say(look.request, look.sentence, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(landed)
