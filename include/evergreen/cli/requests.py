"""``evergreen request``: a durable wish for a retraining, served once by the DAG ``drift_watch__<model>``."""

from datetime import UTC
from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.cli.retrain import AsOf, Reason, Set, Window, parse_value, parse_window


def request(
    model: Model,
    reason: Reason,
    as_of: AsOf = None,
    window: Window = None,
    set_: Set = None,
    request_id: Annotated[str | None, typer.Option("--id", help="Asking again with one id is asking once.")] = None,
    as_json: Json = False,
) -> None:
    """Ask for a retraining, durably."""
    from getpass import getuser

    from evergreen.flows.requests import ask
    from evergreen.flows.workspace import open_workspace

    record = ask(
        open_workspace(model),
        asked_by=getuser(),
        reason=reason,
        request_id=request_id,
        as_of=as_of.replace(tzinfo=UTC) if as_of else None,
        window=parse_window(window),
        hyperparameters=dict(parse_value(item) for item in set_ or ()),
    )
    say(record, f"request {record.request_id} is open; drift_watch__{model} will serve it", as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(request)
