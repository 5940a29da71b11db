"""What other policies would have done on the same rows: never retrain, every month always, every month with gates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evergreen.core.clock import frozen
from evergreen.features.packaged import PackagedModel, load
from evergreen.flows.answers import SHOWN, Labelled
from evergreen.flows.candidate import fitted, packaged
from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.registry.register import register
from evergreen.spec.metrics import metric
from evergreen.stats.bootstrap import Floats


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy and what came of it.

    Attributes
    ----------
    trainings
        How many there were, the first one among them; None where that is no question.
    months
        The two metrics of each month.
    rows
        The two metrics over all rows together.
    """

    name: str
    trainings: int | None
    months: tuple[tuple[float, float], ...]
    rows: tuple[float, float]

    @property
    def means(self) -> tuple[float, float]:
        """The means of the months, each counting the same."""
        first, second = np.mean(self.months, axis=0)
        return float(first), float(second)


def judged(name: str, trainings: int | None, truth: Labelled, scores: Floats) -> Policy:
    """How good these scores were."""
    by_month = tuple(truth.values(scores, truth.of(month)) for month in truth.months)
    whole = truth.values(scores, slice(0, len(truth.labels)))
    return Policy(name=name, trainings=trainings, months=by_month, rows=whole)


def others(ws: Workspace, truth: Labelled, begin: Interval, say: Callable[[str], None]) -> tuple[Policy, ...]:
    """The four other policies, on the rows of ``truth``.

    They are played in memory with the same steps, recipe and gates. The first training is that of the replay.

    Parameters
    ----------
    begin
        From the first row there is to the ``as_of`` of the first training.
    """
    side = in_memory(ws.spec, ws.folder)
    models = list(_monthly(side, truth, begin, say))
    say("scoring what other policies would have answered")
    always = [_loaded(side, one.always) for one in models]
    gated = [_loaded(side, one.champion) for one in models]
    count = len(models)
    return (
        judged("never retrain", 1, truth, _played(truth, [always[0]] * count)),
        judged("every month, always", count, truth, _played(truth, always)),
        judged("every month, gated", count, truth, _played(truth, gated)),
        judged("best in hindsight", None, truth, _best(truth, always)),
    )


@dataclass(frozen=True)
class _Month:
    """The model fitted on all rows before a month, and the champion of a policy that has gates."""

    always: ModelPackage
    champion: ModelPackage


def _monthly(side: Workspace, truth: Labelled, begin: Interval, say: Callable[[str], None]) -> Iterator[_Month]:
    landed, champion = begin.start, None
    for number, month in enumerate(truth.months):
        as_of = begin.end if number == 0 else month.start
        midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        truth.year.land(side.store, Interval(start=landed, end=midnight))
        landed = midnight
        say(f"what if it was retrained every month: {month.start:%B}")
        run_id, here = f"month-{month.start:%Y-%m}", InProcess(side)
        with frozen(as_of):
            ask(side, asked_by="policy", reason="Every month.", request_id=run_id, as_of=as_of)
            here.serve(as_of)
            ledger = Ledger(side.store, side.model, run_id_of(run_id))
            refit = ledger.find("refit", Refit)
            always = refit.package if refit else _fitted_all_the_same(side, ledger)
        standing = side.journal.state().champion
        if refit and standing and standing.package == refit.package.sha256:
            champion = refit.package
        yield _Month(always, champion or always)


def _fitted_all_the_same(side: Workspace, ledger: Ledger) -> ModelPackage:
    """What would have been promoted without gates: the recipe on every mature row."""
    candidate = fitted(side, ledger.run(), ledger, "mature")
    return packaged(side, ledger, "refit-package", candidate, register(candidate, side.registry))


def _loaded(side: Workspace, package: ModelPackage) -> PackagedModel:
    return load(side.store, package)


def _played(truth: Labelled, models: Sequence[PackagedModel]) -> Floats:
    """The answers of each month by the model of that month."""
    return np.concatenate([truth.scores(m, truth.of(month)) for m, month in zip(models, truth.months, strict=True)])


def _best(truth: Labelled, models: Sequence[PackagedModel]) -> Floats:
    """The answers of each month by that model of the months so far which answered best."""
    name = SHOWN[truth.year.spec.task][0]
    sign = 1 if metric(truth.year.spec.task, name).larger_is_better else -1
    chosen = []
    for number, month in enumerate(truth.months):
        rows = truth.of(month)
        tried = [truth.scores(model, rows) for model in models[: number + 1]]
        part = np.full((len(truth.labels), *tried[0].shape[1:]), np.nan)
        values = []
        for scores in tried:
            part[rows] = scores
            values.append(sign * truth.values(part, rows)[0])
        chosen.append(tried[int(np.argmax(values))])
    return np.concatenate(chosen)
