"""Retrain requests: asked for by a person or a sensor, served once by a run with an id of their own."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from evergreen.core.errors import IntegrityError, RunError
from evergreen.core.value import Value
from evergreen.flows.alerts import MONITORING, note_event
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import claim, close, open_request, open_requests
from evergreen.journal.state import RequestStatus, State
from evergreen.records.alert import Alert
from evergreen.records.report import Outcome
from evergreen.records.request import Confirmation, RetrainRequest
from evergreen.records.run import Way
from evergreen.training.hyperparameters import resolve

LEASE = timedelta(hours=6)
"""How long a run may take before its request is offered again, or closed where the run has ended."""
MAX_REASON = 500

Started = Callable[[str], bool]
"""Whether the run with an id exists in Airflow."""
Ended = Callable[[str], bool]
"""Whether the run with an id has ended in Airflow, well or not."""

_ID = re.compile(r"[A-Za-z0-9_.~:+-]{1,200}")  # what Airflow takes for a run id


def ask(
    ws: Workspace,
    *,
    asked_by: str,
    reason: str,
    request_id: str | None = None,
    as_of: datetime | None = None,
    window: timedelta | None = None,
    hyperparameters: Mapping[str, Value] | None = None,
    way: Way = Way.REQUEST,
    confirmation: Confirmation | None = None,
    alone: bool = False,
) -> RetrainRequest:
    """Write a request into the journal; asking again with one ``request_id`` is asking once.

    Parameters
    ----------
    confirmation
        Who must confirm it before it is served; None: nobody.
    alone
        Whether it may not stand beside another request that is not closed.

    Raises
    ------
    RunError
        For an id, a reason or hyperparameters that no run can have: a request that cannot be served is not taken.
    Refused
        As `open_request` does.
    """
    _check(ws, request_id, reason, hyperparameters or {})
    request = RetrainRequest(
        model=ws.model,
        request_id=request_id or uuid4().hex[:12],
        asked_by=asked_by,
        reason=reason,
        as_of=as_of,
        window=window,
        hyperparameters=hyperparameters or {},
        way=way,
        confirmation=confirmation,
    )
    open_request(ws.journal, request, alone=alone)
    return request


def next_waiting(ws: Workspace, state: State, *, now: datetime, started: Started) -> RetrainRequest | None:
    """The oldest request that a run must be started for; None when there is none.

    One that was claimed and whose run neither has begun nor is there comes after those that nobody has claimed: whoever
    claimed it was stopped before starting the run, and starting it twice starts it once. A run that is there, queued
    for days in a DAG that is paused, or failed, needs nobody until the lease is over (`give_up`).

    Parameters
    ----------
    started
        Whether the run with this id exists in Airflow, whatever became of it.
    """
    waiting = open_requests(state, now)
    claimed = (status.request for status in state.requests.values() if status.status == "claimed")
    stranded = (r for r in claimed if not started(run_id := run_id_of(r.request_id)) and not _begun(ws, run_id))
    return waiting[0] if waiting else next(stranded, None)


def give_up(ws: Workspace, *, now: datetime, ended: Ended) -> None:
    """Close, and tell people of, each claimed request whose lease is over and whose run has ended without closing it.

    Such a run has failed, and nothing would ever become of the request, which keeps monitoring from asking again. Until its
    lease is over the failed run may be cleared, and serve it after all.
    """
    lost = [status.run_id for status in _overdue(ws.journal.state(), now) if status.run_id and ended(status.run_id)]
    for status in _overdue(ws.journal.state(), now) if lost else ():  # anew: a run closes its request before it ends
        if status.run_id in lost:
            event = _lost(ws.model, status, now)
            with suppress(
                IntegrityError
            ):  # a book that cannot be read keeps no model from being retrained; the log tells it
                note_event(ws.store, event)  # first: who is stopped in between tells it twice
            close(
                ws.journal,
                status.request.request_id,
                status.run_id,
                Outcome.FAILED.value,
                event.body.partition("\n")[0],
            )


def take(ws: Workspace, request_id: str, *, now: datetime) -> RetrainRequest:
    """Claim a request for the one run that may serve it, `run_id_of` it; taking it twice is taking it once.

    The reason says who has confirmed it, and with what cause.

    Raises
    ------
    Refused
        When it is closed, or nobody has confirmed it who must.
    """
    claim(ws.journal, request_id, run_id_of(request_id), LEASE, now)
    status = ws.journal.state().requests[request_id]
    if status.cause is None:
        return status.request
    reason = f"{status.confirmed_by} has confirmed it: {status.cause} {status.request.reason}"
    return replace(status.request, reason=shortened(reason, MAX_REASON))


def check_reason(model: str, reason: str) -> None:
    """Raise ``RunError`` for a reason that says nothing, or that is too long for a journal."""
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise RunError(f"{model}: a reason has 1 to {MAX_REASON} characters, this one {len(reason.strip())}.")


def shortened(text: str, most: int) -> str:
    """At most so many characters of a text; one that is cut ends in dots.

    >>> shortened("It is late.", 7)
    'It is …'
    """
    return text if len(text) <= most else f"{text[: most - 2].rstrip()} …"


def run_id_of(request_id: str) -> str:
    """The id of the one run that may serve the request.

    >>> run_id_of("june")
    'request__june'
    """
    return f"request__{request_id}"


def _overdue(state: State, now: datetime) -> list[RequestStatus]:
    """The claimed requests whose lease is over."""
    claimed = (status for status in state.requests.values() if status.status == "claimed")
    return [status for status in claimed if status.lease_until is not None and status.lease_until <= now]


def _lost(model: str, status: RequestStatus, now: datetime) -> Alert:
    request = status.request
    lines = [
        f"Run {status.run_id} of retrain__{model} has ended without a result, and request {request.request_id} is closed.",
        f"Asked for by {request.asked_by}: {request.reason}",
        "The log of its red task says why. Once the cause is mended, clear that task (the request stays closed as failed), or ask again.",
    ]
    return Alert(
        model=model,
        source=MONITORING,
        kind="notice",
        name=f"retraining: {request.request_id}",
        title=f"{model}: a retraining has failed",
        body="\n".join(lines),
        since=now,
    )


def _begun(ws: Workspace, run_id: str) -> bool:
    return Ledger(ws.store, ws.model, run_id).begun()


def _check(ws: Workspace, request_id: str | None, reason: str, hyperparameters: Mapping[str, Value]) -> None:
    if request_id is not None and not _ID.fullmatch(request_id):
        raise RunError(
            f"{ws.model}: request id {request_id[:100]!r}: letters, digits and . _ ~ : + - only, 200 at most."
        )
    check_reason(ws.model, reason)
    resolve(ws.spec, hyperparameters)
