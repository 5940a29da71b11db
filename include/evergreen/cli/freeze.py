"""``evergreen freeze | lift``: stop every promotion of a model, or of the fleet, until it is lifted."""

import json
from typing import Annotated

import typer

from evergreen.cli.output import Json
from evergreen.cli.retrain import Reason
from evergreen.core.errors import RunError

Model = Annotated[str | None, typer.Option("--model", "-m", help="The model's folder name.")]
Fleet = Annotated[bool, typer.Option("--fleet", help="Every model, those to come included.")]


def freeze(reason: Reason, model: Model = None, fleet: Fleet = False, as_json: Json = False) -> None:
    """Let nothing be released or become champion until it is lifted; rollbacks stay possible."""
    _order("freeze", model, reason, fleet=fleet, as_json=as_json)


def lift(reason: Reason, model: Model = None, fleet: Fleet = False, as_json: Json = False) -> None:
    """End a freeze."""
    _order("lift", model, reason, fleet=fleet, as_json=as_json)


def scope_of(model: str | None, *, fleet: bool) -> str:
    """The model, or the fleet; raises ``RunError`` unless exactly one was asked for."""
    from evergreen.records.freeze import FLEET

    if (model is None) is not fleet:
        raise RunError("Say either --model <name> or --fleet.")
    return model or FLEET


def _order(word: str, model: str | None, reason: str, *, fleet: bool, as_json: bool) -> None:
    from getpass import getuser

    from evergreen.flows import freeze as flow
    from evergreen.flows.books import open_books
    from evergreen.journal.describe import describe

    entry = getattr(flow, word)(open_books(scope_of(model, fleet=fleet)), by=getuser(), reason=reason)
    typer.echo(json.dumps(entry.to_dict(), indent=2, ensure_ascii=False) if as_json else describe(entry))


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (freeze, lift):
        app.command()(command)
