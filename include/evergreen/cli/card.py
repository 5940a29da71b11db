"""``evergreen card``: the model card of a version."""

from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, progress, say
from evergreen.core.errors import RunError

RunId = Annotated[str | None, typer.Option("--run", "-r", help="The retraining run that made the version.")]
VersionNumber = Annotated[int | None, typer.Option("--version", "-v", help="Or MLflow's number of the version.")]


def card(model: Model, run: RunId = None, version: VersionNumber = None, as_json: Json = False) -> None:
    """Make the model card of the version that a run gave, with what was answered since."""
    if (run is None) == (version is None):
        raise RunError("Name either the run, --run, or the version, --version.")
    with progress("card"):
        from evergreen.flows import retrain
        from evergreen.flows.card import card as flow
        from evergreen.flows.lineage import lineage
        from evergreen.flows.workspace import open_workspace

        ws = open_workspace(model)
        record = flow(ws, retrain.resume(ws, run or lineage(ws, version or 0).run.run_id))
    say(record, f"version {record.version}: {record.html_key}", as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    app.command()(card)
