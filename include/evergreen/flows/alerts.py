"""Alerts: what a look has found goes into the model's book first, and from there to whoever is to be told.

The book is one object, written on condition that nobody else has written it since: no finding is lost, whatever is
killed or does not answer. A message counts as told when it was sent, so that a process that is killed in between tells it
twice.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from evergreen.core.errors import (
    AlreadyExists,
    EvergreenError,
    InputError,
    IntegrityError,
    NotFound,
    OutageError,
    PreconditionFailed,
)
from evergreen.records.alert import Alert, AlertBook, Waiting
from evergreen.stores.ports import ObjectStore

Send = Callable[[str, Alert], None]
"""Tells a connection; raises ``OutageError`` when it cannot be reached, ``InputError`` when it cannot be used."""

MONITORING, LIGHT, GOVERNANCE = "monitoring", "light check", "governance"
"""Sources of alerts: the reports on champions, the light checks between them, and the looks at the registry."""
TRIES = 20
log = logging.getLogger(__name__)


def book_key(model: str) -> str:
    """The key of a model's book."""
    return f"{model}/reports/monitoring/told.json"


def read_book(store: ObjectStore, model: str) -> AlertBook:
    """The book of a model; an empty one for a model that never had an alert.

    Raises
    ------
    IntegrityError
        When it cannot be read; names its key.
    """
    try:
        return AlertBook.from_json(store.get(book_key(model)))
    except NotFound:
        return AlertBook(model=model)
    except IntegrityError as error:
        raise IntegrityError(
            f"{book_key(model)}: {error} Put an older version back, or remove it: then what stands is told again."
        ) from None


def write_book(store: ObjectStore, model: str, change: Callable[[AlertBook], AlertBook]) -> AlertBook:
    """Change the book, again and again while others write it between our reading and writing.

    Raises
    ------
    OutageError
        When others were faster each time.
    """
    key = book_key(model)
    for _ in range(TRIES):
        etag = _etag(store, key)
        before = read_book(store, model)  # newer than the tag at worst: then the replacement fails
        after = change(before)
        if after == before:
            return before
        try:
            if etag is None:
                store.create(key, after.to_json())
            else:
                store.replace(key, after.to_json(), etag=etag)
        except (AlreadyExists, PreconditionFailed):
            continue
        return after
    raise OutageError(f"{model}: others wrote {key} {TRIES} times while this process tried to.")


def note(
    store: ObjectStore,
    model: str,
    source: str,
    fired: Iterable[Alert],
    *,
    at: datetime,
    because: str = "",
    undecided: Callable[[str], bool] = lambda _: False,
) -> AlertBook:
    """Put down, and log, what a look has found new, and what it finds no longer.

    Looking again at the same changes nothing.

    Parameters
    ----------
    fired
        One for each finding that stands; a ``notice`` among them is told once while it stands, and its end is not.
    because
        What a recovery says beside the finding's title.
    undecided
        Whether the look could not judge the finding of a name: if it stood, it goes on to.
    """
    there = {alert.name: alert for alert in fired}

    def change(book: AlertBook) -> AlertBook:
        stood = {alert.name: alert for alert in book.standing if alert.source == source}
        new = [alert for name, alert in there.items() if name not in stood]
        kept = [alert for name, alert in stood.items() if name not in there and undecided(name)]
        over = [alert for name, alert in stood.items() if name not in there and not undecided(name)]
        gone = [_recovery(alert, because, at) for alert in over if alert.kind != "notice"]
        for alert in (*new, *gone):
            log_alert(alert)
            book = _queued(book, alert, at)
        others = tuple(alert for alert in book.standing if alert.source != source)
        return replace(book, standing=(*others, *kept, *(stood.get(name, alert) for name, alert in there.items())))

    return write_book(store, model, change)


def note_event(store: ObjectStore, event: Alert) -> AlertBook:
    """Put down, and log, a ``notice``: what is over when it is told."""
    log_alert(event)
    return write_book(store, event.model, lambda book: _queued(book, event, event.since))


def due(book: AlertBook, source: str, channels: Iterable[str], at: datetime) -> tuple[tuple[str, Alert], ...]:
    """Who is to be told what now, the oldest first; what is muted waits."""
    channels = tuple(channels)
    return tuple(
        (channel, waiting.alert)
        for waiting in book.waiting
        if waiting.alert.source == source and book.mute_of(waiting.alert.name, at) is None
        for channel in channels
        if channel not in waiting.told
    )


def deliver(
    store: ObjectStore, model: str, source: str, channels: Iterable[str], send: Send, *, at: datetime
) -> AlertBook:
    """Tell what waits to every connection; one that fails does not keep it from the others, and is told next time.

    Raises
    ------
    OutageError, InputError
        After all others were told: names the connections that were not. ``OutageError`` when trying again may help.
    """
    channels = tuple(channels)
    failed: dict[str, EvergreenError] = {}
    for channel, alert in due(read_book(store, model), source, channels, at):
        if channel in failed:
            continue
        try:
            send(channel, alert)
        except (OutageError, InputError) as error:
            failed[channel] = error
        else:
            write_book(store, model, partial(_told, alert=alert, channel=channel))
    after = write_book(store, model, lambda book: _settled(book, source, channels, at))
    if failed:
        raise _failure(model, failed)
    return after


def log_alert(alert: Alert) -> None:
    """The log is told always, of what is muted, too."""
    level = logging.INFO if alert.kind == "recovery" else logging.ERROR
    log.log(level, "%s: %s", alert.title, alert.body.partition("\n")[0])


def _recovery(alert: Alert, because: str, at: datetime) -> Alert:
    body = f"It stood since {alert.since:%Y-%m-%d %H:%M} UTC, and is over. {because}".rstrip()
    return replace(alert, kind="recovery", title=f"{alert.title} has recovered", body=body, since=at)


def _queued(book: AlertBook, alert: Alert, at: datetime) -> AlertBook:
    """Let it wait. While it is muted, a finding and its recovery that nobody was told of cancel each other."""
    last = next((w for w in reversed(book.waiting) if _alike(w.alert, alert)), None)
    if last is not None and not last.told and last.alert.kind != alert.kind and book.mute_of(alert.name, at):
        return replace(book, waiting=tuple(w for w in book.waiting if w is not last))
    return replace(book, waiting=(*book.waiting, Waiting(alert=alert)))


def _alike(one: Alert, other: Alert) -> bool:
    """Whether both are of one finding; no notice is."""
    return "notice" not in (one.kind, other.kind) and (one.source, one.name) == (other.source, other.name)


def _told(book: AlertBook, *, alert: Alert, channel: str) -> AlertBook:
    """The oldest of equal alerts that it was not told: a finding that comes again may be told in the same words."""
    told = next((w for w in book.waiting if w.alert == alert and channel not in w.told), None)
    waiting = (replace(w, told=(*w.told, channel)) if w is told else w for w in book.waiting)
    return replace(book, waiting=tuple(waiting))


def _settled(book: AlertBook, source: str, channels: tuple[str, ...], at: datetime) -> AlertBook:
    """Without what everybody knows, and without mutes that are over."""
    waiting = tuple(w for w in book.waiting if w.alert.source != source or not set(channels) <= set(w.told))
    return replace(book, waiting=waiting, mutes=tuple(m for m in book.mutes if m.until > at))


def _failure(model: str, failed: dict[str, EvergreenError]) -> EvergreenError:
    kind = OutageError if any(isinstance(error, OutageError) for error in failed.values()) else InputError
    said = " ".join(f"{channel}: {str(error)[:400]}" for channel, error in failed.items())
    return kind(f"{model}: {len(failed)} connections were not told, and will be at the next look. {said}")


def _etag(store: ObjectStore, key: str) -> str | None:
    try:
        return store.head(key).etag
    except NotFound:
        return None
