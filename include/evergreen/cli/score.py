"""``evergreen score | labels``: a batch of answers for the prediction log, and the labels that have come since."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from evergreen.cli.output import Model, progress
from evergreen.core.clock import now

Start = Annotated[datetime, typer.Option(help="First event time (UTC).")]
End = Annotated[
    datetime, typer.Option(help="End of the event times (UTC), not among them; the raw data is complete then.")
]


def score(model: Model, start: Start, end: End) -> None:
    """Let the champion answer for raw rows, and log its answers; again is once."""
    with progress("score"):
        from evergreen.flows import score as flow
        from evergreen.flows.workspace import open_workspace
        from evergreen.records.interval import Interval

        interval = Interval(start=start.replace(tzinfo=UTC), end=end.replace(tzinfo=UTC))
        count = flow.score(open_workspace(model), interval)
    typer.echo(f"{model}: {count:,} rows are answered")


def labels(model: Model, start: Start, end: End) -> None:
    """Log the labels of the predictions of an interval, as far as they are due by now; again is once."""
    with progress("labels"):
        from evergreen.flows import score as flow
        from evergreen.flows.workspace import open_workspace
        from evergreen.records.interval import Interval

        interval = Interval(start=start.replace(tzinfo=UTC), end=end.replace(tzinfo=UTC))
        count = flow.land_labels(open_workspace(model), interval, now())
    typer.echo(f"{model}: {count:,} predictions have their label")


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    app.command()(score)
    app.command()(labels)
