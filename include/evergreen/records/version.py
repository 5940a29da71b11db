"""Version: a candidate's entry in the MLflow registry."""

from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Version(Record):
    """A registered model version. ``key`` is the candidate's; ``number`` is MLflow's."""

    model: str
    key: str
    number: int
    run_id: str
    data: Interval
