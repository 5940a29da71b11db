"""``evergreen release | promote | reconcile``: from a challenger to a champion."""

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.cli.retrain import RunId


def release(model: Model, run: RunId, as_json: Json = False) -> None:
    """Authorise the approved package to be loaded."""
    from evergreen.flows import release as flow
    from evergreen.flows.workspace import open_workspace

    record = flow.release(open_workspace(model), run)
    say(record, f"version {record.version} released ({record.stage})", as_json=as_json)


def promote(model: Model, run: RunId, as_json: Json = False) -> None:
    """Make the released version champion, and let the aliases follow."""
    from evergreen.flows import release as flow
    from evergreen.flows.workspace import open_workspace

    record = flow.promote(open_workspace(model), run)
    say(record, f"version {record.version} is champion, package {record.package}", as_json=as_json)


def reconcile(model: Model) -> None:
    """Make MLflow's aliases say what the journal says, and tell what differed."""
    from evergreen.flows import release as flow
    from evergreen.flows.workspace import open_workspace

    repairs = flow.repair(open_workspace(model))
    typer.echo("\n".join(r.sentence for r in repairs) or "nothing differed")


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (release, promote, reconcile):
        app.command()(command)
