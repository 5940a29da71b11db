"""Candidate: a trained model and everything it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evergreen.core.value import Value
from evergreen.records.base import Record
from evergreen.records.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a training took. ``cost`` is CPU hours times the rate in the settings."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    iterations: int | None
    cost: float


@dataclass(frozen=True, kw_only=True)
class Candidate(Record):
    """A fitted pipeline in MLflow.

    Attributes
    ----------
    key
        Idempotency key: the digest of everything that decides the fit.
    fitted_on
        ``train`` for the gated recipe, ``mature`` for its refit on every row whose label is known.
    data
        Event times of the rows it was fitted on; a fair test starts at ``data.end``.
    model_uri, run_id
        MLflow's names for the model file and the run.
    environment, code
        Digests of the installed packages, and of the model folder with the training code.
    """

    model: str
    key: str
    fitted_on: Literal["train", "mature"]
    snapshot: str
    split: str
    spec: str
    environment: str
    code: str
    git_commit: str | None
    git_dirty: bool | None
    hyperparameters: Mapping[str, Value]
    seed: int
    data: Interval
    rows: int
    run_id: str
    model_uri: str
    cost: Cost
