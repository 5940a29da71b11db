"""The light check of the fleet: a burst of nulls in served traffic is told within minutes, not with the next report."""

from collections.abc import Callable, Iterable
from datetime import datetime

from evergreen.core.errors import EvergreenError, InputError, OutageError
from evergreen.flows.alerts import LIGHT, Send, read_book
from evergreen.flows.champion import champion_of
from evergreen.flows.tell import tell_light
from evergreen.flows.workspace import Workspace, open_workspace
from evergreen.monitoring.light import light_check
from evergreen.records.monitor import Finding
from evergreen.stores.predictions import PredictionLog


def light(ws: Workspace, *, send: Send, now: datetime) -> tuple[Finding, ...]:
    """Look at the newest predictions of a model, and tell what is wrong with them, once; the book says what stood before.

    Raises
    ------
    OutageError, InputError
        After everybody else was told: a connection did not answer, or cannot be used.
    """
    champion = champion_of(ws)
    if isinstance(champion, str):
        return ()
    stood = {alert.name: alert.since for alert in read_book(ws.store, ws.model).standing if alert.source == LIGHT}
    found = light_check(ws.spec, champion.reference, PredictionLog(ws.store, ws.model), now, stood)
    tell_light(ws, found, send=send, now=now)
    return found


def light_fleet(
    models: Iterable[str], *, send: Send, now: datetime, opened: Callable[[str], Workspace] = open_workspace
) -> int:
    """`light` for every model; one that fails does not keep it from the others. How many findings stand.

    Raises
    ------
    OutageError, InputError
        After all others: some models could not be looked at, or some connections not be told.
    """
    count, failed = 0, list[EvergreenError]()
    for model in models:
        try:
            count += len(light(opened(model), send=send, now=now))
        except EvergreenError as error:
            failed.append(error)
    if failed:
        kind = OutageError if any(isinstance(error, OutageError) for error in failed) else InputError
        raise kind(f"{len(failed)} models could not be looked at, or their alerts not be told. {failed[0]}")
    return count
