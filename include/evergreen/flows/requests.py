"""Retrain requests: asked for by a person or a sensor, served once by a run with an id of their own."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import claim, open_request, open_requests
from evergreen.journal.state import State
from evergreen.records.request import RetrainRequest
from evergreen.training.hyperparameters import resolve

LEASE = timedelta(hours=6)
"""How long a run may take before its request is offered again."""


def ask(
    ws: Workspace,
    *,
    asked_by: str,
    reason: str,
    request_id: str | None = None,
    as_of: datetime | None = None,
    window: timedelta | None = None,
    hyperparameters: Mapping[str, float | int | str | bool | None] | None = None,
) -> RetrainRequest:
    """Write a request into the journal; asking again with one ``request_id`` is asking once.

    Raises
    ------
    RunError
        When the spec does not allow the hyperparameters: a request that no run can serve is not taken.
    """
    resolve(ws.spec, hyperparameters or {})
    request = RetrainRequest(
        model=ws.model,
        request_id=request_id or uuid4().hex[:12],
        asked_by=asked_by,
        reason=reason,
        as_of=as_of,
        window=window,
        hyperparameters=hyperparameters or {},
    )
    open_request(ws.journal, request)
    return request


def claim_next(ws: Workspace, *, now: datetime) -> RetrainRequest | None:
    """Claim the oldest request that waits, for the run `run_id_of` it; None when none waits.

    A request that was claimed and whose run has not begun is offered again after those that nobody has claimed: whoever
    claimed it may have been killed before starting the run, and starting it twice starts it once.
    """
    state = ws.journal.state()
    for request in (*open_requests(state, now), *_not_begun(ws, state)):
        claim(ws.journal, request.request_id, run_id_of(request), LEASE, now)
        return request
    return None


def run_id_of(request: RetrainRequest) -> str:
    """The id of the one run that may serve ``request``."""
    return f"request__{request.request_id}"


def _not_begun(ws: Workspace, state: State) -> Iterator[RetrainRequest]:
    for status in state.requests.values():
        if status.status == "claimed" and not Ledger(ws.store, ws.model, run_id_of(status.request)).begun():
            yield status.request
