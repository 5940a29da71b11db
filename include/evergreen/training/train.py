"""Train: from a split to a candidate in MLflow.

A training is found by its key (see `Recipe`): a finished MLflow run with that key is adopted, word for word, and nothing
is computed. The candidate is a tag of its run, set before the run is closed; so a run that was killed is never adopted.
It stays open in MLflow until the next training of the same key, which marks it as killed and starts anew. Of two
that train at once, the one that finishes first wins and the other adopts it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow.compute as pc
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from evergreen.core.errors import DataError, OutageError, StoreError
from evergreen.core.settings import settings
from evergreen.features.frame import frame, label, labelled
from evergreen.features.rows import rows
from evergreen.records.candidate import Candidate, Cost
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Span, Split
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore, RunTracker
from evergreen.training import diary
from evergreen.training.fit import Rows, check, fit
from evergreen.training.metrics import metrics
from evergreen.training.pipeline import build
from evergreen.training.provenance import Commit, commit_of
from evergreen.training.recipe import FittedOn, Recipe, recipe

RECORD = "evergreen.candidate"


def train(
    spec: ModelSpec,
    run: Run,
    snapshot: Snapshot,
    split: Split,
    store: ObjectStore,
    tracking: RunTracker,
    folder: Path,
    *,
    fitted_on: FittedOn = "train",
) -> Candidate:
    """Fit the recipe of ``folder`` on the train span, or on all mature rows, and note it in MLflow.

    Raises
    ------
    RunError
        Hyperparameters that the spec does not allow.
    PipelineError
        ``pipeline.py`` gives no pipeline, or one that cannot be fitted, diverges, or holds types that are not trusted.
    DataError
        Rows without labels, one class only, infinities, wrong types.
    OutageError
        A store does not answer; training again later starts afresh.
    """
    plan = recipe(spec, run, snapshot, split, folder, fitted_on)
    if (done := _adopted(tracking, plan)) is not None:
        return done
    pipeline = build(spec, folder, plan.hyperparameters, plan.seed)
    spans = (
        {"train": split.train, "calibration": split.calibration} if fitted_on == "train" else {"mature": split.mature}
    )
    data = {name: _rows(spec, store, snapshot, span) for name, span in spans.items() if span.rows or name == fitted_on}
    check(spec, data[fitted_on], fitted_on)
    commit = commit_of(folder)
    with _entry(tracking, run, plan, diary.tags(run, snapshot, split, plan, commit)) as run_id:
        tracking.log_datasets(run_id, tuple(diary.dataset(snapshot, name, spans[name]) for name in data))
        # The number of threads decides the order of sums, and so the last digits of a fit.
        with threadpool_limits(limits=plan.threads):
            cost, uri = _fitted(spec, pipeline, data, plan, tracking, run_id)
        count = len(data[fitted_on].label)
        candidate = _candidate(spec, snapshot, split, plan, commit, count, run_id, uri, cost)
        tracking.end_run(run_id, finished=True, tags={RECORD: candidate.to_json().decode()})
    return _adopted(tracking, plan) or candidate


@contextmanager
def _entry(tracking: RunTracker, run: Run, plan: Recipe, tags: dict[str, str]) -> Iterator[str]:
    """Open a run in the diary; an error on the way ends it as failed, if the tracking server still answers."""
    name = f"{run.as_of:%Y-%m-%d} {plan.fitted_on}"
    run_id = tracking.start_run(plan.model, key=plan.key, name=name, tags=tags, params=diary.params(plan))
    try:
        yield run_id
    except Exception:
        with suppress(StoreError, OutageError):
            tracking.end_run(run_id, finished=False, tags={})
        raise


def _adopted(tracking: RunTracker, plan: Recipe) -> Candidate | None:
    run_id = tracking.find_run(plan.model, plan.key)
    return None if run_id is None else Candidate.from_json(tracking.run_tags(run_id)[RECORD].encode())


def _rows(spec: ModelSpec, store: ObjectStore, snapshot: Snapshot, span: Span) -> Rows:
    """The rows of a span whose label is known."""
    name = spec.columns.label.column
    table = rows(store, snapshot, span.interval, (*spec.columns.features.names, name))
    known = labelled(table.column(name))
    missing = len(table) - int(pc.sum(known).as_py() or 0)
    if missing and not spec.columns.label.nullable:
        raise DataError(
            f"{spec.name}: {missing} of {len(table)} rows have no label in column {name!r}. Mend the source, or set "
            "columns.label.nullable to leave them out."
        )
    table = table.filter(known)
    return Rows(features=frame(spec, table), label=label(spec, table))


def _fitted(
    spec: ModelSpec, pipeline: Pipeline, data: dict[str, Rows], plan: Recipe, tracking: RunTracker, run_id: str
) -> tuple[Cost, str]:
    """Fit, measure, store; the first rows are those to fit."""
    fitted = data[plan.fitted_on]
    cost, answers = fit(spec, pipeline, fitted, rate=settings().cost_per_cpu_hour)
    measured = (
        metrics(spec.task, pipeline, part, span, answers if part is fitted else None) for span, part in data.items()
    )
    numbers = {name: value for found in measured for name, value in found.items()}
    counts = {f"{span}_rows": float(len(part.label)) for span, part in data.items()}
    tracking.log_metrics(run_id, numbers | counts | diary.readings(cost))
    return cost, tracking.log_model(run_id, spec.name, diary.model(spec, pipeline, fitted))


def _candidate(
    spec: ModelSpec,
    snapshot: Snapshot,
    split: Split,
    plan: Recipe,
    commit: Commit,
    count: int,
    run_id: str,
    uri: str,
    cost: Cost,
) -> Candidate:
    span = split.train if plan.fitted_on == "train" else split.mature
    return Candidate(
        model=spec.name,
        key=plan.key,
        fitted_on=plan.fitted_on,
        snapshot=snapshot.digest,
        split=split.digest,
        spec=spec.digest,
        environment=plan.environment,
        code=plan.code,
        git_commit=commit.sha,
        git_dirty=commit.dirty,
        hyperparameters=plan.hyperparameters,
        seed=plan.seed,
        data=span.interval,
        rows=count,
        run_id=run_id,
        model_uri=uri,
        cost=cost,
    )
