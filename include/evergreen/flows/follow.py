"""The registry follows the journal, and whatever a person moved by hand is told."""

import logging

from evergreen.flows.workspace import Workspace
from evergreen.registry.reconcile import Repair, reconcile

log = logging.getLogger(__name__)


def follow(ws: Workspace) -> tuple[Repair, ...]:
    """Make aliases and stage tags say what the journal says; log each that somebody had moved or removed."""
    repairs = reconcile(ws.journal, ws.registry)
    for repair in repairs:
        if repair.cause != "not yet written":
            log.warning(repair.sentence)
    return repairs
