"""PromotionRequest: somebody has asked for a promotion in the model registry."""

from dataclasses import dataclass

from evergreen.records.base import Record

TAG = "promotion_requested"
"""The tag of a version in the registry. Whoever sets it, to any value, asks; what became of it is written over that."""


@dataclass(frozen=True, kw_only=True)
class PromotionRequest(Record):
    """A tagged version, the run that made it challenger, and the release run that is to ask about it.

    ``said`` is the tag's value. Whoever set it is not known: the registry has no login of its own.
    """

    model: str
    version: int
    said: str
    run_id: str
    release_run: str
