"""``evergreen card``: the model card of a version."""

from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, progress, say

RunId = Annotated[str, typer.Option("--run", "-r", help="The retraining run that made the version.")]


def card(model: Model, run: RunId, as_json: Json = False) -> None:
    """Make the model card of the version that a run gave, with what was answered since."""
    with progress("card"):
        from evergreen.flows import retrain
        from evergreen.flows.card import card as flow
        from evergreen.flows.workspace import open_workspace

        ws = open_workspace(model)
        record = flow(ws, retrain.resume(ws, run))
    say(record, f"version {record.version}: {record.html_key}", as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    app.command()(card)
