"""What entries make of the status of retrain requests: for the fold."""

from collections.abc import MutableMapping
from dataclasses import replace

from evergreen.core.errors import IntegrityError
from evergreen.journal.bodies import Claim, Closing, Confirmed
from evergreen.journal.entry import Entry, Kind, body_of, key_of
from evergreen.journal.state import RequestStatus
from evergreen.records.request import RetrainRequest


def advance(requests: MutableMapping[str, RequestStatus], entry: Entry, model: str) -> None:
    """Take in an entry on a request; raises ``IntegrityError`` for one on a request that nobody has opened."""
    if entry.kind == Kind.REQUEST_OPENED:
        opened = body_of(entry, RetrainRequest)
        requests[opened.request_id] = RequestStatus(
            request=opened,
            status="open" if opened.confirmation is None else "unconfirmed",
            sequence=entry.sequence,
            opened_at=entry.at,
        )
        return
    request_id = str(entry.body.get("request_id"))
    if request_id not in requests:
        raise IntegrityError(f"{key_of(model, entry.sequence)}: there is no request {request_id[:200]!r}.")
    requests[request_id] = replace(_changed(requests[request_id], entry), sequence=entry.sequence)


def _changed(status: RequestStatus, entry: Entry) -> RequestStatus:
    if entry.kind == Kind.REQUEST_CONFIRMED:
        confirmed = body_of(entry, Confirmed)
        return replace(status, status="open", confirmed_by=confirmed.confirmed_by, cause=confirmed.cause)
    if entry.kind == Kind.REQUEST_CLAIMED:
        claim = body_of(entry, Claim)
        return replace(
            status, status="claimed", run_id=claim.run_id, lease_until=claim.lease_until, claims=claim.claims
        )
    closing = body_of(entry, Closing)
    return replace(status, status="closed", run_id=closing.run_id, lease_until=None, outcome=closing.outcome)
