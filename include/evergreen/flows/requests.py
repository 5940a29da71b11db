"""Retrain requests: asked for by a person or a sensor, served once by a run with an id of their own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import claim, open_request, open_requests
from evergreen.records.request import RetrainRequest

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
    """Write a request into the journal; asking again with one ``request_id`` is asking once."""
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
    """Claim the oldest request that waits, for the run `run_id_of` it; None when none waits."""
    waiting = open_requests(ws.journal.state(), now)
    if not waiting:
        return None
    claim(ws.journal, waiting[0].request_id, run_id_of(waiting[0]), LEASE, now)
    return waiting[0]


def run_id_of(request: RetrainRequest) -> str:
    """The id of the one run that may serve ``request``."""
    return f"request__{request.request_id}"
