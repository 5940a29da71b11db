"""Recipe: everything that decides a fit, and its digest."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from evergreen.core.digest import digest_of, sha256
from evergreen.core.settings import settings
from evergreen.core.value import Value
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec
from evergreen.training.hyperparameters import resolve
from evergreen.training.provenance import code, environment

FittedOn = Literal["train", "mature"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Two trainings of one recipe give the same predictions. ``nonce`` sets a forced one apart."""

    model: str
    fitted_on: FittedOn
    rows_sha256: str
    spans: tuple[str, ...]
    spec: Mapping[str, Any]
    hyperparameters: Mapping[str, Value]
    seed: int
    threads: int
    environment: str
    code: str
    nonce: str

    @property
    def key(self) -> str:
        """The idempotency key of the training."""
        return digest_of({"step": "train", **asdict(self)})


def recipe(spec: ModelSpec, run: Run, snapshot: Snapshot, split: Split, folder: Path, fitted_on: FittedOn) -> Recipe:
    """Collect what decides the fit; raises ``RunError`` for hyperparameters that the spec does not allow."""
    spans = (split.train, split.calibration) if fitted_on == "train" else (split.mature,)
    return Recipe(
        model=spec.name,
        fitted_on=fitted_on,
        rows_sha256=snapshot.rows_sha256,
        spans=tuple(_written(span) for span in spans),
        spec={
            "task": spec.task,
            "event_time": spec.columns.event_time,  # cuts the spans and orders the rows
            "keys": list(spec.columns.keys),  # order rows of one moment
            "label": spec.columns.label.model_dump(mode="json"),
            "features": spec.columns.features.model_dump(mode="json"),
            "pipeline": spec.training.pipeline,
        },
        hyperparameters=resolve(spec, run.hyperparameters),
        seed=spec.training.seed,
        threads=settings().threads,
        environment=sha256(environment().encode()),
        code=code(folder),
        nonce=run.nonce,
    )


def _written(span: Span) -> str:
    return f"{span.interval.start.isoformat()}/{span.interval.end.isoformat()}"
