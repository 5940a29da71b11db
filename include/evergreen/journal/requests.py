"""Retrain requests: open -> claimed by a run, with a lease -> closed with an outcome.

One that a person must confirm is unconfirmed at first: a yes makes it open, a no or silence closes it.
"""

from datetime import datetime, timedelta

from evergreen.core.errors import Refused
from evergreen.journal.bodies import Claim, Closing, Confirmed
from evergreen.journal.entry import Draft, Entry, Kind
from evergreen.journal.journal import Journal
from evergreen.journal.state import RequestStatus, State
from evergreen.records.request import RetrainRequest

NOT_CONFIRMED = "not confirmed"
"""The outcome of a request that nobody has confirmed."""


def open_request(journal: Journal, request: RetrainRequest, *, alone: bool = False) -> Entry:
    """Ask for a retraining; asking again with the same ``request_id`` is asking once.

    Parameters
    ----------
    alone
        Whether it may not stand beside another request that is not closed.

    Raises
    ------
    Refused
        When that id was given to a request that says something else, or another one stands in its way.
    """
    key = f"{Kind.REQUEST_OPENED}/{request.request_id}"
    draft = Draft(kind=Kind.REQUEST_OPENED, key=key, actor=request.asked_by, body=request.to_dict())

    def decide(state: State) -> Draft:
        known = state.requests.get(request.request_id)
        if known is not None and known.request != request:
            raise Refused(
                f"{state.model}: request {request.request_id!r} exists (entry {known.sequence}) and asks for something "
                f"else. Choose another id."
            )
        if alone and known is None and (other := unclosed(state)) is not None:
            raise Refused(f"{state.model}: request {other} is not closed yet.")
        return draft

    return journal.append(decide)


def confirm(journal: Journal, confirmed: Confirmed) -> Entry:
    """Let a request be served, by a person's word; doing it again is doing it once.

    Raises
    ------
    Refused
        When it does not wait to be confirmed (any more), or not by this person.
    """
    draft = Draft(
        kind=Kind.REQUEST_CONFIRMED,
        key=f"{Kind.REQUEST_CONFIRMED}/{confirmed.request_id}",
        actor=confirmed.confirmed_by,
        body=confirmed.to_dict(),
    )

    def check(state: State) -> None:
        confirmers = _unconfirmed(state, confirmed.request_id)
        if confirmed.confirmed_by not in confirmers:
            raise Refused(
                f"{state.model}: {confirmed.confirmed_by} cannot confirm request {confirmed.request_id!r}; "
                f"{', '.join(confirmers)} can."
            )

    return journal.record(draft, check)


def decline(journal: Journal, request_id: str, run_id: str, by: str, why: str) -> Entry:
    """Close a request that ``by`` has not confirmed; the first closing stays.

    Raises
    ------
    Refused
        When it does not wait to be confirmed (any more).
    """
    body = Closing(request_id=request_id, run_id=run_id, outcome=NOT_CONFIRMED, detail=f"{by}: {why}")
    key = f"{Kind.REQUEST_CLOSED}/{request_id}"
    draft = Draft(kind=Kind.REQUEST_CLOSED, key=key, actor=by, body=body.to_dict())

    def check(state: State) -> None:
        _unconfirmed(state, request_id)

    return journal.record(draft, check)


def claim(journal: Journal, request_id: str, run_id: str, lease: timedelta, now: datetime) -> Entry:
    """Take a request for a run until ``now + lease``; a second claim by the same run is the first one.

    Raises
    ------
    Refused
        When it is closed, another run holds it, or nobody has confirmed it who must.
    """

    def decide(state: State) -> Draft:
        status = _known(state, request_id)
        held = status.status == "claimed" and not _waits(status, now)
        if status.status in ("closed", "unconfirmed") or (held and status.run_id != run_id):
            raise Refused(
                f"{state.model}: request {request_id!r} {_whereabouts(status)}; run {run_id!r} cannot have it."
            )
        count = status.claims if held else status.claims + 1
        body = Claim(request_id=request_id, run_id=run_id, lease_until=now + lease, claims=count)
        key = f"{Kind.REQUEST_CLAIMED}/{request_id}/{count}"
        return Draft(kind=Kind.REQUEST_CLAIMED, key=key, actor=f"run:{run_id}", body=body.to_dict())

    return journal.append(decide)


def close(journal: Journal, request_id: str, run_id: str, outcome: str, detail: str) -> Entry:
    """Say what became of a request; the first closing by its run stays.

    Raises
    ------
    Refused
        When this run has not claimed it.
    """
    body = Closing(request_id=request_id, run_id=run_id, outcome=outcome, detail=detail)
    key = f"{Kind.REQUEST_CLOSED}/{request_id}"
    draft = Draft(kind=Kind.REQUEST_CLOSED, key=key, actor=f"run:{run_id}", body=body.to_dict())

    def decide(state: State) -> Draft:
        status = _known(state, request_id)
        if status.run_id != run_id:
            raise Refused(
                f"{state.model}: request {request_id!r} {_whereabouts(status)}; run {run_id!r} cannot close it."
            )
        return draft

    return journal.append(decide)


def open_requests(state: State, now: datetime) -> tuple[RetrainRequest, ...]:
    """The requests that wait for a run at ``now``, oldest first: never claimed, or claimed with a lease that is over."""
    return tuple(status.request for status in state.requests.values() if _waits(status, now))


def unclosed(state: State, *, beside: str = "") -> str | None:
    """The oldest request that is not closed, other than ``beside``; None when there is none."""
    return next((i for i, status in state.requests.items() if status.status != "closed" and i != beside), None)


def unconfirmed_requests(state: State) -> tuple[RequestStatus, ...]:
    """The requests that wait for a person, oldest first."""
    return tuple(status for status in state.requests.values() if status.status == "unconfirmed")


def _waits(status: RequestStatus, now: datetime) -> bool:
    over = status.lease_until is not None and status.lease_until <= now
    return status.status == "open" or (status.status == "claimed" and over)


def _unconfirmed(state: State, request_id: str) -> tuple[str, ...]:
    """Who can confirm it; raises ``Refused`` when it does not wait for that."""
    status = _known(state, request_id)
    if status.status != "unconfirmed" or status.request.confirmation is None:
        raise Refused(f"{state.model}: request {request_id!r} {_whereabouts(status)}; it waits for nobody's word.")
    return status.request.confirmation.confirmers


def _known(state: State, request_id: str) -> RequestStatus:
    if request_id not in state.requests:
        raise Refused(f"{state.model}: there is no request {request_id!r} in the journal. Open it first.")
    return state.requests[request_id]


def _whereabouts(status: RequestStatus) -> str:
    by = f" by run {status.run_id!r}" if status.run_id else ""
    return f"is {status.status}{by} (entry {status.sequence})"
