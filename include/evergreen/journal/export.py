"""Export: every entry for auditors, as JSON Lines or as a table."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal

from evergreen.core.digest import canonical
from evergreen.journal.describe import describe
from evergreen.journal.entry import Entry

Format = Literal["jsonl", "csv"]

COLUMNS = ("sequence", "at", "kind", "actor", "key", "summary", "digest", "previous", "signed_by", "signature", "body")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(entries: Iterable[Entry], form: Format) -> Iterator[str]:
    """The lines of a file, one after the other, without their ends.

    A line of JSON Lines holds the bytes of the stored entry: its SHA-256 is what the next entry says of it. In the
    table a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    if form == "jsonl":
        for entry in entries:
            yield entry.to_json().decode()
        return
    yield _line(COLUMNS)
    for entry in entries:
        yield _line(_cells(entry))


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        str(entry.sequence),
        entry.at.isoformat(),
        entry.kind,
        entry.actor,
        entry.key,
        describe(entry).split(f"{entry.kind} by {entry.actor}", 1)[1].removeprefix(": "),
        entry.digest,
        entry.previous,
        entry.signed_by or "",
        entry.signature or "",
        canonical(entry.body).decode(),
    )


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells)
    return buffer.getvalue()
