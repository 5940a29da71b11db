"""Versions: the auditor's table, by the journal; MLflow adds the versions that were registered and never measured."""

from evergreen.core.errors import OutageError
from evergreen.flows.books import Books
from evergreen.registry.tags import row_of, row_of_tags


def versions(books: Books) -> tuple[tuple[dict[str, str], ...], str]:
    """A row for each version, oldest first, and why some may be missing: empty, or that MLflow does not answer.

    ``stage`` says where on the ladder the version stands now.
    """
    state, missing = books.journal.state(), ""
    rows = {a.origin.version: row_of(a) | {"stage": state.rung_of(a.package) or ""} for a in state.accounts.values()}
    try:
        for found in books.registry.versions(books.model):
            rows.setdefault(found.number, row_of_tags(books.model, found.number, found.tags) | {"stage": ""})
    except OutageError as error:
        missing = f"Versions that were never measured are left out. {error}"
    return tuple(rows[number] for number in sorted(rows)), missing
