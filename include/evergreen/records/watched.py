"""Watched: what the monitoring of a version needs to know of its training."""

from collections.abc import Mapping
from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Watched(Record):
    """Written when a version becomes challenger, beside its reference.

    Attributes
    ----------
    package, gated
        Digests of the package that serves, and of the one that passed the gates.
    reference, calibration
        Keys of what its windows are held against, and of what estimates without labels start from.
    data, rows
        What the serving package was fitted on: event times, and rows with a label.
    metrics
        The gated package's metrics at its evaluation.
    """

    model: str
    version: int
    package: str
    gated: str
    run_id: str
    reference: str
    calibration: str
    data: Interval
    rows: int
    metrics: Mapping[str, Estimate]
