"""What follows a decision: the registry says what the journal says, and the journal's head is noted outside the bucket."""

from typing import Protocol

from evergreen.flows.alert import alert
from evergreen.journal.anchors import anchor
from evergreen.journal.journal import Journal
from evergreen.records.inspection import Discrepancy
from evergreen.registry.reconcile import Repair, reconcile
from evergreen.stores.ports import Anchors, ModelRegistry


class Decided(Protocol):
    """What a decision was made on: a workspace, or a model's books."""

    @property
    def journal(self) -> Journal:
        """What decides."""
        ...

    @property
    def registry(self) -> ModelRegistry:
        """What follows."""
        ...

    @property
    def anchors(self) -> tuple[Anchors, ...]:
        """Where heads are noted."""
        ...


def follow(ws: Decided) -> tuple[Repair, ...]:
    """Make aliases and tags say what the journal says; alert each alias that somebody had moved or removed.

    Raises
    ------
    IntegrityError
        When the journal no longer holds the head that was noted of it.
    """
    repairs = reconcile(ws.journal, ws.registry)
    for repair in repairs:
        if repair.cause == "by hand":
            alert(finding_of(repair))
    if ws.anchors and ws.journal.state().sequence:
        anchor(ws.journal, ws.anchors)
    return repairs


def finding_of(repair: Repair) -> Discrepancy:
    """The finding that a repair is."""
    missing = repair.cause == "missing version"
    return Discrepancy(
        model=repair.model,
        matter="version" if missing else "alias",
        subject=f"version {repair.expected}" if missing else repair.alias,
        sentence=repair.sentence,
        repaired=not missing,
    )
