"""Approval: somebody, or the policy, says that a challenger may be released."""

from dataclasses import dataclass

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Approval(Record):
    """An answer to one verdict. ``approved_by`` is ``policy:auto`` where the spec says ``approval: auto``."""

    model: str
    verdict: str
    package: str
    version: int
    approved: bool
    approved_by: str
    reason: str
