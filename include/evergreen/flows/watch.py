"""Watch: what is to be done for a model now, or what is to be waited for, and until when at most."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evergreen.core.errors import OutageError
from evergreen.flows.landed import Announcement, ask_for_new_data
from evergreen.flows.news import raw_digest
from evergreen.flows.requests import Ended, Started, give_up, next_waiting
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import State
from evergreen.records.request import RetrainRequest
from evergreen.spec.data import ObjectsSource

LONGEST = timedelta(hours=1)
"""A look after so long, though nothing was heard: news can be hidden from plain reads."""
AGAIN = timedelta(minutes=5)
"""The pause before a look that nothing but time can turn out otherwise: after an outage, or after a run that failed."""
EVERY_MINUTE = timedelta(minutes=1)
"""The pause where only a task can see what is new: events of an asset."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Nothing is to be done before one of these: it is all that whoever waits has to know.

    Attributes
    ----------
    sequence
        The journal's head; a request behind it is news. None: it is not known, only time is waited for.
    raw, seen
        A prefix in the store and the digest of what lies there; empty where raw objects are not waited for.
    until
        When to look again without news.
    """

    model: str
    until: datetime
    sequence: int | None = None
    raw: str = ""
    seen: str = ""
    sentence: str


def watch(
    ws: Workspace, *, now: datetime, started: Started, ended: Ended, announced: Announcement | None = None
) -> RetrainRequest | Wait:
    """The request that is to be served now, or what to wait for. New data may make the request; one that was lost is closed.

    Parameters
    ----------
    started
        Whether the run with this id exists in Airflow, whatever became of it.
    ended
        Whether it has ended there.
    announced
        Up to when the rows of a query are complete; None as long as nobody has said so.

    Raises
    ------
    DataError
        For raw data that cannot be trained on, when no request waits. Requests go first, so that bad data stops none.
    """
    try:
        give_up(ws, now=now, ended=ended)
        return _watch(ws, now, started, announced)
    except OutageError as outage:  # waiting is the trade of whoever asks
        return Wait(model=ws.model, until=now + AGAIN, sentence=str(outage))


def _watch(ws: Workspace, now: datetime, started: Started, announced: Announcement | None) -> RetrainRequest | Wait:
    state = ws.journal.state()
    request = next_waiting(ws, state, now=now, started=started)
    if request is not None:
        return request
    plain = Wait(
        model=ws.model,
        until=min((now + LONGEST, *_leases(state))),
        sequence=state.sequence,
        sentence="No request waits.",
    )
    return _with_data(ws, plain, now, announced) if ws.spec.schedule.kind == "on_data" else plain


def _with_data(ws: Workspace, plain: Wait, now: datetime, announced: Announcement | None) -> RetrainRequest | Wait:
    """The digest is taken before the look, so that what lands in between is news."""
    source = ws.spec.source
    raw = f"{ws.model}/{source.prefix}" if isinstance(source, ObjectsSource) else ""
    seen = raw_digest(ws.store, raw) if raw else ""
    look = ask_for_new_data(ws, now=now, announced=announced)
    if look.request is not None:
        return look.request
    again = look.again or plain.until
    return replace(
        plain,
        until=min(plain.until, again if raw else now + EVERY_MINUTE),
        raw=raw,
        seen=seen,
        sentence=look.sentence,
    )


def _leases(state: State) -> tuple[datetime, ...]:
    """When the leases of the claimed requests end."""
    return tuple(s.lease_until for s in state.requests.values() if s.status == "claimed" and s.lease_until is not None)
