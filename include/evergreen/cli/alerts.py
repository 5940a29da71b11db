"""``evergreen alerts | mute | unmute``: what people are told of a model, and what they do not want to hear for a while."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from evergreen.cli.output import Json, Model, say
from evergreen.core.errors import RunError

if TYPE_CHECKING:
    from evergreen.records.alert import AlertBook

Finding = Annotated[str | None, typer.Option("--finding", "-f", help="One finding, by name. Default: all.")]


def alerts(model: Model, as_json: Json = False) -> None:
    """Print which findings stand, who is still to be told, and what is muted."""
    from evergreen.flows.alerts import read_book
    from evergreen.flows.books import open_books

    _print(read_book(open_books(model).store, model), as_json=as_json)


def mute(
    model: Model,
    for_: Annotated[str, typer.Option("--for", help="How long, such as 2d or 6h.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the mute.")],
    finding: Finding = None,
    as_json: Json = False,
) -> None:
    """Tell nobody of a finding, or of any of the model, for a while; the log, reports and retrainings go on."""
    from getpass import getuser

    from evergreen.core.clock import now
    from evergreen.flows import mutes
    from evergreen.flows.books import open_books
    from evergreen.spec.duration import parse_duration

    try:
        length = parse_duration(for_)
    except ValueError as error:
        raise RunError(f"--for: {error}") from None
    at = now()
    store = open_books(model).store
    book = mutes.mute(store, model, finding, until=at + length, by=getuser(), reason=reason, now=at)
    _print(book, as_json=as_json)


def unmute(model: Model, finding: Finding = None, as_json: Json = False) -> None:
    """End a mute before its time."""
    from evergreen.flows import mutes
    from evergreen.flows.books import open_books

    _print(mutes.unmute(open_books(model).store, model, finding), as_json=as_json)


def _print(book: "AlertBook", *, as_json: bool) -> None:
    from evergreen.core.clock import now

    muted = [m for m in book.mutes if m.until > now()]
    lines = [
        *_part("stands", (f"{a.name}, since {a.since:%Y-%m-%d %H:%M} UTC ({a.source})" for a in book.standing)),
        *_part("waits", (f"{w.alert.title}; told: {', '.join(w.told) or 'nobody'}" for w in book.waiting)),
        *_part(
            "muted",
            (f"{m.name or 'everything'}, until {m.until:%Y-%m-%d %H:%M} UTC, by {m.by}: {m.reason}" for m in muted),
        ),
    ]
    say(book, "\n".join(lines) or f"{book.model}: nothing stands, waits or is muted.", as_json=as_json)


def _part(word: str, entries: Iterable[str]) -> list[str]:
    return [f"{word:<7} {entry}" for entry in entries]


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (alerts, mute, unmute):
        app.command()(command)
