"""Alert: the one place where a finding leaves the platform."""

import logging

from evergreen.records.inspection import Discrepancy

log = logging.getLogger(__name__)


def alert(finding: Discrepancy) -> None:
    """Tell whoever is on call. Each finding is told once, by whoever saw it first."""
    log.error("%s: %s", finding.model, finding.sentence)
