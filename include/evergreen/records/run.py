"""Run: one passage through the chain, which way it came, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from evergreen.core.value import Value
from evergreen.records.base import Record


class Way(StrEnum):
    """Who asked for a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    REQUEST = "request"


@dataclass(frozen=True, kw_only=True)
class Run(Record):
    """What a run was asked to do. Fixed by its first task; every window derives from ``as_of``.

    Attributes
    ----------
    run_id
        Airflow's run id, or the one given on the command line.
    as_of
        Nothing that was known only later may enter the run.
    window
        Length of a sliding training window that replaces the one of the spec; None keeps the spec's.
    hyperparameters
        Overrides of the spec's defaults, within the spec's ranges.
    dry_run
        Judge, and let nothing become challenger.
    nonce
        Makes every key of this run new (``--force``); empty otherwise.
    """

    model: str
    run_id: str
    way: Way
    as_of: datetime
    asked_by: str
    reason: str
    request_id: str | None = None
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    window: timedelta | None = None
    dry_run: bool = False
    nonce: str = ""
