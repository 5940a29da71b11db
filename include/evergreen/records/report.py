"""Report: the end of a run in words and numbers."""

from dataclasses import dataclass
from enum import StrEnum

from evergreen.records.base import Record


class Outcome(StrEnum):
    """How a retraining, the release of its challenger, or a rollback ended."""

    CHALLENGER = "challenger"
    REFUSED_DATA = "refused: data"
    REFUSED_GATES = "refused: gates"
    REFUSED_REFIT = "refused: refit"
    SUPERSEDED = "superseded"
    DRY_RUN_PASSED = "dry run: passed"
    PROMOTED = "promoted"
    NOT_PROMOTED = "not promoted"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Report(Record):
    """``text`` is Markdown, for the note on the run and for whoever asked; ``key`` is where it is stored."""

    model: str
    run_id: str
    outcome: Outcome
    text: str
    key: str
