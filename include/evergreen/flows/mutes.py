"""Mutes: for a while nobody is told of a finding, or of any finding of a model."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from evergreen.core.errors import NotFound, RunError
from evergreen.flows.alerts import read_book, write_book
from evergreen.flows.looks import read_newest
from evergreen.flows.requests import check_reason
from evergreen.records.alert import AlertBook, Mute
from evergreen.spec.words import nearest
from evergreen.stores.ports import ObjectStore


def mute(
    store: ObjectStore, model: str, name: str | None, *, until: datetime, by: str, reason: str, now: datetime
) -> AlertBook:
    """Tell nobody of this finding, or of any of the model, before ``until``; then it is told if it still stands.

    Muting again replaces the time. The log, the reports and what findings lead to stay as they are.

    Raises
    ------
    RunError
        For a finding that nobody has heard of, a time that is over, or a reason that says nothing.
    """
    check_reason(model, reason)
    if until <= now:
        raise RunError(f"{model}: {until.isoformat()} is over; mute until a time to come.")
    if name is not None and name not in (known := _known(store, model)):
        said = ", ".join(map(repr, known))[:1000] or "none yet"
        raise RunError(f"{model} has no finding {name!r}{nearest(name, known)}. Those that are known: {said}.")
    entry = Mute(name=name, until=until, by=by, reason=reason)
    return write_book(store, model, partial(_replaced, name=name, by=(entry,)))


def unmute(store: ObjectStore, model: str, name: str | None) -> AlertBook:
    """Tell of this finding again, or, without a name, of all that is not muted by its own name.

    Raises
    ------
    RunError
        When it is not muted.
    """
    muted = [m.name for m in read_book(store, model).mutes]
    if name not in muted:
        what = "as a whole" if name is None else f"for {name!r}"
        said = ", ".join("the whole model" if m is None else repr(m) for m in muted) or "nothing"
        raise RunError(f"{model} is not muted {what}. What is muted: {said}.")
    return write_book(store, model, partial(_replaced, name=name, by=()))


def _replaced(book: AlertBook, *, name: str | None, by: tuple[Mute, ...]) -> AlertBook:
    return replace(book, mutes=(*(m for m in book.mutes if m.name != name), *by))


def _known(store: ObjectStore, model: str) -> list[str]:
    """What the newest report has held its rules against, and what stands."""
    names = {alert.name for alert in read_book(store, model).standing}
    with suppress(NotFound):
        names |= {finding.name for finding in read_newest(store, model).findings}
    return sorted(names)
