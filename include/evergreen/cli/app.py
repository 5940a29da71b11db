"""The tree of commands."""

import typer

from evergreen.cli import approval, demo, journal, landed, models, release, requests, retrain
from evergreen.stack.commands import app as stack

app = typer.Typer(
    name="evergreen", help="Keep models fresh and governed.", no_args_is_help=True, pretty_exceptions_enable=False
)
for room in (retrain, approval, release, requests, landed, models, demo):
    room.add_to(app)
app.add_typer(stack, name="stack", help="The local stack: PostgreSQL, S3, MLflow and Airflow on loopback.")
app.add_typer(journal.app, name="journal", help="The audit trail of a model.")
