"""Freeze and lift: stop every promotion of a model, or of the fleet, until somebody lifts it."""

from evergreen.flows.books import Books
from evergreen.flows.requests import check_reason
from evergreen.journal import freeze as decide
from evergreen.journal.entry import Entry
from evergreen.records.freeze import Freeze, Lift


def freeze(books: Books, *, by: str, reason: str) -> Entry:
    """Freeze the model of these books; one that is frozen stays as it is, and its freeze is the answer.

    Raises
    ------
    RunError
        Without a reason.
    """
    check_reason(books.model, reason)
    return decide.freeze(books.journal, Freeze(model=books.model, by=by, reason=reason))


def lift(books: Books, *, by: str, reason: str) -> Entry:
    """End the freeze of the model of these books.

    Raises
    ------
    RunError
        Without a reason.
    Refused
        When it never was frozen.
    """
    check_reason(books.model, reason)
    return decide.lift(books.journal, Lift(model=books.model, by=by, reason=reason))
