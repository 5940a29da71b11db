"""``evergreen monitor`` and ``evergreen reference``: looking at a champion without Airflow."""

from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, progress, say
from evergreen.cli.retrain import AsOf

RunId = Annotated[str, typer.Option("--run", "-r", help="The retraining run that made the version.")]


def reference(model: Model, run: RunId, as_json: Json = False) -> None:
    """Store what the predictions of a run's challenger will be held against."""
    with progress("reference"):
        from evergreen.flows import retrain
        from evergreen.flows.reference import reference as flow
        from evergreen.flows.workspace import open_workspace

        ws = open_workspace(model)
        record = flow(ws, retrain.resume(ws, run))
    say(record, f"version {record.version}: {record.reference}", as_json=as_json)


def monitor(model: Model, as_of: AsOf = None, as_json: Json = False) -> None:
    """Make every report on the champion that is due: drift, performance, and what they lead to."""
    from datetime import UTC

    from evergreen.core.clock import now
    from evergreen.flows import monitor as flow
    from evergreen.flows.workspace import open_workspace

    ws, until = open_workspace(model), as_of.replace(tzinfo=UTC) if as_of else now()
    for step in ("profile", "drift", "performance"):
        with progress(step):
            done = getattr(flow, step)(ws, until)
        if not done.as_of:
            say(done, done.reason, as_json=as_json)
            return
    with progress("decide"):
        report = flow.decide(ws, until)
    if isinstance(report, str):
        typer.echo(report)
        return
    say(report, report.text, as_json=as_json)


def metrics(model: Annotated[list[str] | None, typer.Option("--model", "-m")] = None) -> None:
    """Print the newest reports as Prometheus reads them."""
    from evergreen.core.settings import settings
    from evergreen.flows.gauges import gauges
    from evergreen.spec.load import discover
    from evergreen.stores.s3 import open_store

    config = settings()
    typer.echo(gauges(open_store(config), model or discover(config.models_dir)).decode(), nl=False)


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    app.command()(reference)
    app.command()(monitor)
    app.command()(metrics)
