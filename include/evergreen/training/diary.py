"""What a training writes into the tracking server."""

import json
from collections.abc import Mapping

import skops.io
from sklearn.pipeline import Pipeline

from evergreen.core.digest import digest_of
from evergreen.core.errors import PipelineError
from evergreen.core.settings import settings
from evergreen.features.trusted import TRUSTED, foreign_types
from evergreen.records.candidate import Cost
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import LoggedDataset, LoggedModel
from evergreen.training.fit import Rows
from evergreen.training.provenance import Commit, environment, requirements
from evergreen.training.recipe import Recipe
from evergreen.training.signature import example, signature

TAG_LIMIT = 500


def tags(run: Run, snapshot: Snapshot, split: Split, plan: Recipe, commit: Commit) -> dict[str, str]:
    """Which way the run came, and the digests of what went into it."""
    written = {
        "evergreen.run": run.run_id,
        "evergreen.way": run.way.value,
        "evergreen.asked_by": run.asked_by,
        "evergreen.reason": run.reason,
        "evergreen.as_of": run.as_of.isoformat(),
        "evergreen.fitted_on": plan.fitted_on,
        "evergreen.snapshot": snapshot.digest,
        "evergreen.split": split.digest,
        "evergreen.environment": plan.environment,
        "evergreen.code": plan.code,
        "evergreen.git_dirty": {None: "unknown", True: "yes", False: "no"}[commit.dirty],
    }
    if commit.sha:
        written["mlflow.source.git.commit"] = commit.sha
    return {name: value[:TAG_LIMIT] for name, value in written.items()}


def params(plan: Recipe) -> dict[str, str]:
    """The hyperparameters, the seed, the threads and what was fitted on."""
    values = {**plan.hyperparameters, "seed": plan.seed, "threads": plan.threads, "fitted_on": plan.fitted_on}
    return {name: str(value) for name, value in values.items()}


def dataset(snapshot: Snapshot, name: str, span: Span) -> LoggedDataset:
    """The rows of a span, as a reference to the snapshot's manifest."""
    start, end = span.interval.start.isoformat(), span.interval.end.isoformat()
    return LoggedDataset(
        name=f"{snapshot.model}-{name}",
        digest=digest_of({"rows_sha256": snapshot.rows_sha256, "start": start, "end": end}),
        uri=f"s3://{settings().bucket}/{snapshot.model}/snapshots/{snapshot.digest}.json",
        context="calibration" if name == "calibration" else "training",
        profile={"rows": span.rows, "start": start, "end": end, "snapshot": snapshot.digest},
    )


def readings(cost: Cost) -> dict[str, float]:
    """The cost of the fit as metrics."""
    numbers: dict[str, float] = {
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "peak_memory_bytes": cost.peak_memory_bytes,
        "estimated_cost": cost.cost,
    }
    if cost.iterations:
        numbers |= {"iterations": cost.iterations, "seconds_per_iteration": cost.wall_seconds / cost.iterations}
    return numbers


def model(spec: ModelSpec, pipeline: Pipeline, rows: Rows) -> LoggedModel:
    """The fitted pipeline with all that a package needs.

    Raises
    ------
    PipelineError
        The pipeline cannot be stored, or holds types that are not on our list: they are named.
    """
    try:
        foreign = foreign_types(skops.io.dumps(pipeline))
    except Exception as error:
        raise PipelineError(f"{spec.name}: skops cannot store the pipeline: {str(error)[:300]}") from error
    if foreign:
        raise PipelineError(
            f"{spec.name}: the pipeline holds types that may not be served: {', '.join(foreign[:10])}. "
            "Use estimators of scikit-learn itself, without functions or classes of your own."
        )
    row = example(spec, rows.features)
    files: Mapping[str, str] = {
        "spec.json": _text(spec.model_dump(mode="json")),
        "signature.json": _text(signature(spec, pipeline, row)),
        "environment.txt": environment(),
    }
    return LoggedModel(
        estimator=pipeline,
        example=row,
        output=pipeline.predict(row),
        requirements=requirements(),
        trusted=tuple(sorted(TRUSTED)),
        files=files,
    )


def _text(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
