"""The tree of commands."""

import typer

from evergreen.cli import (
    alerts,
    approval,
    card,
    demo,
    fleet,
    forget,
    freeze,
    govern,
    journal,
    landed,
    lineage,
    models,
    monitor,
    release,
    replay,
    requests,
    retrain,
    rollback,
    score,
)
from evergreen.stack.commands import app as stack

app = typer.Typer(
    name="evergreen", help="Keep models fresh and governed.", no_args_is_help=True, pretty_exceptions_enable=False
)
for room in (
    retrain,
    approval,
    release,
    rollback,
    card,
    lineage,
    freeze,
    forget,
    govern,
    requests,
    landed,
    monitor,
    alerts,
    models,
    score,
    demo,
    replay,
):
    room.add_to(app)
app.add_typer(stack, name="stack", help="The local stack: PostgreSQL, S3, MLflow and Airflow on loopback.")
app.add_typer(fleet.app, name="fleet", help="Questions over all models, answered in one query each.")
app.add_typer(journal.app, name="journal", help="The audit trail of a model.")
