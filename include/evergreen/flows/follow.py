"""What follows a decision: the registry says what the journal says, and the journal's head is noted outside the bucket."""

from typing import Protocol

from evergreen.core.clock import now
from evergreen.flows.alerts import GOVERNANCE, note_event
from evergreen.journal.anchors import anchor
from evergreen.journal.journal import Journal
from evergreen.records.alert import Alert
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
            note_event(ws.journal.store, alert_of(finding_of(repair)))
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


def alert_of(finding: Discrepancy) -> Alert:
    """What people are told of a finding; of one that was repaired they are told each time."""
    name = f"{finding.matter}: {finding.subject}"
    after = "It was repaired at once." if finding.repaired else "It is repaired by people: see docs/governance.md."
    return Alert(
        model=finding.model,
        source=GOVERNANCE,
        kind="notice" if finding.repaired else "finding",
        name=name,
        title=f"{finding.model}: {name}",
        body=f"{finding.sentence}\n{after}",
        since=now(),
    )
