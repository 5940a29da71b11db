"""Retrain requests: asked for by a person or a sensor, served once by a run with an id of their own."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from evergreen.core.errors import RunError
from evergreen.core.value import Value
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import claim, open_request, open_requests
from evergreen.journal.state import State
from evergreen.records.request import RetrainRequest
from evergreen.records.run import Way
from evergreen.training.hyperparameters import resolve

LEASE = timedelta(hours=6)
"""How long a run may take before its request is offered again."""

MAX_REASON = 500
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
) -> RetrainRequest:
    """Write a request into the journal; asking again with one ``request_id`` is asking once.

    Raises
    ------
    RunError
        For an id, a reason or hyperparameters that no run can have: a request that cannot be served is not taken.
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
    )
    open_request(ws.journal, request)
    return request


def claim_next(ws: Workspace, *, now: datetime) -> RetrainRequest | None:
    """Claim the oldest request that waits, for the run `run_id_of` it; None when none waits.

    A request that was claimed and whose run has not begun is offered again after those that nobody has claimed: whoever
    claimed it may have been killed before starting the run, and starting it twice starts it once.
    """
    state = ws.journal.state()
    waiting = open_requests(state, now)
    if not waiting and (stalled := _not_begun(ws, state)):
        # Another one each minute: one that cannot begin does not stand in the way of the others.
        waiting = (stalled[int(now.timestamp() // 60) % len(stalled)],)
    if not waiting:
        return None
    claim(ws.journal, waiting[0].request_id, run_id_of(waiting[0].request_id), LEASE, now)
    return waiting[0]


def check_reason(model: str, reason: str) -> None:
    """Raise ``RunError`` for a reason that says nothing, or that is too long for a journal."""
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise RunError(f"{model}: a reason has 1 to {MAX_REASON} characters, this one {len(reason.strip())}.")


def run_id_of(request_id: str) -> str:
    """The id of the one run that may serve the request.

    >>> run_id_of("june")
    'request__june'
    """
    return f"request__{request_id}"


def _not_begun(ws: Workspace, state: State) -> tuple[RetrainRequest, ...]:
    claimed = (status.request for status in state.requests.values() if status.status == "claimed")
    return tuple(r for r in claimed if not Ledger(ws.store, ws.model, run_id_of(r.request_id)).begun())


def _check(ws: Workspace, request_id: str | None, reason: str, hyperparameters: Mapping[str, Value]) -> None:
    if request_id is not None and not _ID.fullmatch(request_id):
        raise RunError(
            f"{ws.model}: request id {request_id[:100]!r}: letters, digits and . _ ~ : + - only, 200 at most."
        )
    check_reason(ws.model, reason)
    resolve(ws.spec, hyperparameters)
