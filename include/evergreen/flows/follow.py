"""What follows a decision: the registry says what the journal says, and the journal's head is noted outside the bucket."""

import logging

from evergreen.flows.workspace import Workspace
from evergreen.journal.anchors import anchor
from evergreen.registry.reconcile import Repair, reconcile

log = logging.getLogger(__name__)


def follow(ws: Workspace) -> tuple[Repair, ...]:
    """Make aliases and stage tags say what the journal says; log each that somebody had moved or removed.

    Raises
    ------
    IntegrityError
        When the journal no longer holds the head that was noted of it.
    """
    repairs = reconcile(ws.journal, ws.registry)
    for repair in repairs:
        if repair.cause != "not yet written":
            log.warning(repair.sentence)
    if ws.anchors and ws.journal.state().sequence:
        anchor(ws.journal, ws.anchors)
    return repairs
