"""``evergreen models | propose | schema | store``: the folders, a first suite, the format, the stores."""

from typing import Annotated

import typer

from evergreen.cli.output import Model, progress
from evergreen.cli.retrain import AsOf

store = typer.Typer(no_args_is_help=True)


def models() -> None:
    """List the model folders, and say of each that cannot be read why."""
    from evergreen.core.settings import settings
    from evergreen.spec.load import Broken, load_all

    broken = False
    for found in load_all(settings().models_dir):
        if isinstance(found, Broken):
            broken = True
            typer.echo(f"{found.name}: {found.error}", err=True)
        else:
            typer.echo(f"{found.name}: {found.task}, {found.owner.name} <{found.owner.email}>")
    if broken:
        raise typer.Exit(3)


def schema() -> None:
    """Print the JSON Schema of model.yaml, for editors."""
    import json

    from evergreen.spec.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


def propose(model: Model, as_of: AsOf = None) -> None:
    """Print a first expectations.yaml for a model, read off its data."""
    from evergreen.cli.retrain import asked_for
    from evergreen.data.propose import propose as read_off
    from evergreen.data.snapshot import snapshot
    from evergreen.flows.workspace import open_workspace

    ws = open_workspace(model)
    with progress("reading the data"):
        run = asked_for(model, "propose", as_of, None, None, "propose a suite", dry_run=True, force=False)
        text = read_off(ws.spec, snapshot(ws.spec, run, ws.store, connect=ws.connect), ws.store)
    typer.echo(text, nl=False)


@store.command()
def check(
    create_bucket: Annotated[bool, typer.Option("--create-bucket", help="Make the bucket if it is missing.")] = False,
    lock: Annotated[bool, typer.Option("--lock", help="Turn on versions and Object Lock, for the journal.")] = False,
) -> None:
    """See that the object store answers, has the bucket, and honours conditional writes."""
    from evergreen.core.settings import settings
    from evergreen.stores.conditional import check_conditional_writes
    from evergreen.stores.s3 import open_store

    opened = open_store(settings())
    if create_bucket:
        opened.create_bucket()
    if lock:
        opened.lock_bucket()
    check_conditional_writes(opened)
    typer.echo(f"{opened}: answers, and honours conditional writes")


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (models, propose, schema):
        app.command()(command)
    app.add_typer(store, name="store", help="The object store.")
