"""What commands print: a line for people, or JSON for programs; progress goes to standard error."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console

from evergreen.records.base import Record

Model = Annotated[str, typer.Option("--model", "-m", help="The model's folder name.")]
Json = Annotated[bool, typer.Option("--json", help="Print the record as JSON.")]


def say(record: Record, sentence: str, *, as_json: bool) -> None:
    """Print a record to standard output, in words or as JSON."""
    typer.echo(json.dumps(record.to_dict(), indent=2, ensure_ascii=False) if as_json else sentence)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show that ``what`` is under way, and how long it took."""
    console, start = Console(stderr=True), monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"{what}: {monotonic() - start:.1f} s", highlight=False)
