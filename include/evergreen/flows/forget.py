"""Forget: erase the rows of one person from everything of a model that holds rows.

The order is kept in the store from before the first erasure until the last, so that a process that is killed anywhere is
finished by asking again. Neither it nor the journal holds a value.
"""

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress

from evergreen.core.clock import now
from evergreen.core.digest import canonical
from evergreen.core.errors import AlreadyExists, NotFound
from evergreen.data.forget import Traces, erase, find
from evergreen.data.person import Person
from evergreen.data.scratch import scratch
from evergreen.flows.follow import follow
from evergreen.flows.requests import check_reason
from evergreen.flows.workspace import Workspace
from evergreen.journal.forget import record_forget
from evergreen.records.forget import Forget
from evergreen.registry.erasure import mark_erased


def forget(ws: Workspace, values: Mapping[str, str], *, by: str, reason: str, dry_run: bool = False) -> Forget | None:
    """Erase the rows in which every column of ``values`` has that value; None when there are none (any more).

    The journal's entry comes first: nothing is erased by a process that cannot sign it. With ``dry_run`` only what would
    be erased is told.

    Raises
    ------
    RunError
        Without a reason, or with a value that is not of its column's type.
    DataError
        When an object cannot be searched; nothing was erased then.
    """
    check_reason(ws.model, reason)
    person, request = Person(values=values), _request(ws, values)
    with scratch(ws.model) as folder:
        order = _begun(ws, request)
        if order is None:
            traces = find(ws.spec, person, ws.store, folder)
            if not traces.objects and not traces.logged and not traces.parts:
                return None
            order = _order(ws, traces, request, tuple(sorted(values)), by, reason)
        if dry_run:
            return order
        with suppress(AlreadyExists):
            ws.store.create(_intent(ws, request), order.to_json())
        entry = record_forget(ws.journal, order)
        erase(ws.spec, person, ws.store, folder)
        mark_erased(ws.registry, ws.model, order.snapshots, entry.sequence)
        follow(ws)
        ws.store.erase(_intent(ws, request))
    return order


def _order(ws: Workspace, traces: Traces, request: str, columns: tuple[str, ...], by: str, reason: str) -> Forget:
    snapshots = tuple(sorted(snapshot.digest for snapshot in traces.snapshots))
    accounts = ws.journal.state().accounts.values()
    return Forget(
        model=ws.model,
        request=request,
        columns=columns,
        by=by,
        reason=reason,
        at=now(),
        objects=len(traces.objects) + len(traces.logged),
        versions_erased=sum(len(held.older) for held in traces.objects) + sum(file.versions for file in traces.logged),
        rows=sum(held.found.rows for held in traces.objects) + sum(file.rows for file in traces.logged),
        parts=len(traces.parts),
        part_rows=sum(traces.parts.values()),
        unsearched=traces.unsearched,
        snapshots=snapshots,
        versions=tuple(sorted({a.origin.version for a in accounts if a.origin.snapshot in snapshots})),
    )


def _begun(ws: Workspace, request: str) -> Forget | None:
    """The order of an earlier call that did not come to its end."""
    try:
        return Forget.from_json(ws.store.get(_intent(ws, request)))
    except NotFound:
        return None


def _request(ws: Workspace, values: Mapping[str, str]) -> str:
    """The same request has the same digest; without the key beside the orders nobody can try out values."""
    key = f"{ws.model}/forget/key"
    with suppress(AlreadyExists):
        ws.store.create(key, secrets.token_bytes(32))
    return hmac.new(ws.store.get(key), canonical(dict(values)), "sha256").hexdigest()


def _intent(ws: Workspace, request: str) -> str:
    return f"{ws.model}/forget/{request}.json"
