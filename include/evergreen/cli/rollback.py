"""``evergreen rollback``: make a former champion champion again."""

from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.cli.retrain import Reason


def rollback(
    model: Model,
    reason: Reason,
    to: Annotated[
        int | None, typer.Option(help="Version to go back to. Default: the champion before this one.")
    ] = None,
    run: Annotated[str | None, typer.Option("--run", "-r", help="Asking again with one id is asking once.")] = None,
    as_json: Json = False,
) -> None:
    """Make a former champion champion again; the journal decides at once, MLflow follows."""
    from getpass import getuser
    from uuid import uuid4

    from evergreen.flows.books import open_books
    from evergreen.flows.rollback import roll_back

    run_id = run or f"command__{uuid4().hex[:12]}"
    record = roll_back(open_books(model), run_id=run_id, by=getuser(), reason=reason, version=to)
    say(record, record.text, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Put this command into ``app``."""
    app.command()(rollback)
