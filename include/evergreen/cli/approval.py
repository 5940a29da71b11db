"""``evergreen approve | confirm | delegate``: answer what people are asked, and lend the right to."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.cli.retrain import RunId

User = Annotated[str | None, typer.Option(help="Your name at Airflow's login; the password is asked for.")]
Why = Annotated[str, typer.Option(help="Why; kept in the journal.")]


def approve(
    model: Model,
    run: RunId,
    yes: Annotated[bool | None, typer.Option("--yes/--no", help="Answer what the release DAG has asked.")] = None,
    user: User = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Answer for the challenger of this run; without --yes or --no, write down what was answered, or the policy says."""
    from evergreen.flows import release as flow
    from evergreen.flows.workspace import open_workspace

    ws = open_workspace(model)
    if yes is None:
        record = flow.approve(ws, run)
        did = "approved" if record.approved else "rejected"
        say(record, f"version {record.version} {did} by {record.approved_by}: {record.reason}", as_json=as_json)
        return
    from dataclasses import replace

    from evergreen.core.errors import RunError
    from evergreen.core.settings import settings
    from evergreen.flows.approval import respond
    from evergreen.stores.airflow_people import people_as

    if user is None:
        raise RunError("--user: your name at Airflow's login; whoever answers does so under their own name.")
    ws = replace(ws, people=people_as(settings(), user, _password(user)))
    question = respond(ws, run, yes=yes, reason=reason)
    say(question, f"{user} says {'yes' if yes else 'no'} to version {question.version}", as_json=as_json)


def confirm(
    model: Model,
    cause: Annotated[str, typer.Option(help="What has changed, and why retraining mends it, or does not.")],
    user: Annotated[str, typer.Option(help="Your name at Airflow's login; the password is asked for.")],
    request: Annotated[str | None, typer.Option(help="Id of the request. Default: the one that waits.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no: nothing is retrained.")] = False,
    as_json: Json = False,
) -> None:
    """Answer whether the model may be retrained, as confirm__<model> asks, with the cause."""
    from dataclasses import replace

    from evergreen.core.settings import settings
    from evergreen.flows.confirmation import respond
    from evergreen.flows.workspace import open_workspace
    from evergreen.stores.airflow_people import people_as

    ws = replace(open_workspace(model), people=people_as(settings(), user, _password(user)))
    question = respond(ws, request, yes=not refuse, cause=cause)
    say(question, f"{user} says {'no' if refuse else 'yes'} to request {question.request}", as_json=as_json)


def delegate(
    model: Model,
    from_: Annotated[str, typer.Option("--from", help="The approver: you. Your password is asked for.")],
    to: Annotated[str, typer.Option(help="Who may answer in your stead, by name at Airflow's login.")],
    until: Annotated[datetime, typer.Option(help="Until when (UTC); a time that has passed takes the right back.")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Lend your right to approve the model's challengers, for questions that are put from now on."""
    from evergreen.core.settings import settings
    from evergreen.flows.delegation import delegate as lend
    from evergreen.flows.workspace import open_workspace
    from evergreen.stores.airflow_people import people_as

    people_as(settings(), from_, _password(from_))
    ws = open_workspace(model)
    record = lend(ws, approver=from_, delegate=to, until=until.replace(tzinfo=UTC), reason=reason)
    say(record, f"{to} may answer for {from_} until {record.until:%Y-%m-%d %H:%M} UTC", as_json=as_json)


def _password(user: str) -> str:
    """Typed unseen at a terminal, else the first line of standard input: a command line is everybody's to read."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Airflow password of {user}", hide_input=True))
    return sys.stdin.readline().rstrip("\n")


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (approve, confirm, delegate):
        app.command()(command)
