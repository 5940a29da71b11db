"""The rules on how well a champion does, and for whom, held against a performance report."""

from collections.abc import Iterator
from dataclasses import replace

from evergreen.monitoring.held import Held, Seen
from evergreen.records.evaluation import Estimate, Slice
from evergreen.records.watched import Watched
from evergreen.spec import watching
from evergreen.spec.duration import format_duration
from evergreen.spec.metrics import metric as info_of
from evergreen.spec.model import ModelSpec
from evergreen.stats.intervals import quantile, shared


def measured(spec: ModelSpec, rule: watching.Performance, seen: Seen) -> Iterator[Held]:
    """A metric as measured."""
    report = seen.performance
    found = report.metric(rule.metric) if report else None
    why = report.reason if report else "nothing was predicted."
    yield _bounded(spec, rule, seen, found, "is", why)


def estimated(spec: ModelSpec, rule: watching.EstimatedPerformance, seen: Seen) -> Iterator[Held]:
    """A metric as estimated without labels."""
    report = seen.performance
    found = report.expected(rule.metric) if report else None
    yield _bounded(spec, rule, seen, found, "is estimated at", "there is no estimate.")


def _bounded(
    spec: ModelSpec, rule: watching.MetricRule, seen: Seen, found: Estimate | None, verb: str, why: str
) -> Held:
    larger = info_of(spec.task, rule.metric).larger_is_better
    bound = _bound(rule, seen.watched, larger=larger)
    if found is None or bound is None:
        missing = f"its evaluation has no {rule.metric}." if bound is None else why
        return Held(subject=rule.metric, sentence=f"{rule.metric} cannot be judged: {missing}")
    best = (found.high if larger else found.low) if rule.proven else found.value
    best = found.value if best is None else best
    holds = best < bound if larger else best > bound
    within = f" ({found.low:.4g} to {found.high:.4g})" if found.low is not None and found.high is not None else ""
    sentence = (
        f"{rule.metric} {verb} {found.value:.4g}{within}; {'at least' if larger else 'at most'} {bound:.4g} is asked."
    )
    return Held(
        subject=rule.metric,
        holds=holds,
        value=found.value,
        threshold=bound,
        low=found.low,
        high=found.high,
        sentence=sentence,
    )


def _bound(rule: watching.MetricRule, watched: Watched, *, larger: bool) -> float | None:
    if rule.worse_by is None:
        return rule.at_least if rule.at_least is not None else rule.at_most
    judged = watched.metrics.get(rule.metric)
    if judged is None:
        return None
    return judged.value - rule.worse_by if larger else judged.value + rule.worse_by


def age(spec: ModelSpec, rule: watching.Age, seen: Seen) -> Iterator[Held]:  # noqa: ARG001
    """How old the champion's newest row is."""
    found = seen.as_of - seen.watched.data.end
    sentence = f"The newest row of version {seen.watched.version} is {found.days} days old; {format_duration(rule.above)} is borne."
    days, borne = found.total_seconds() / 86_400, rule.above.total_seconds() / 86_400
    yield Held(holds=found > rule.above, value=days, threshold=borne, sentence=sentence)


def fairness(spec: ModelSpec, rule: watching.FairnessWatch, seen: Seen) -> Iterator[Held]:  # noqa: ARG001
    """A disparity by each sensitive column; proof that the bound is broken decides."""
    for one in seen.performance.disparities if seen.performance else ():
        if one.measure != rule.measure:
            continue
        subject, found = f"{rule.measure} by {one.column}", one.estimate
        if found is None:
            yield Held(subject=subject, sentence=f"{subject} cannot be judged: {one.reason}")
            continue
        bound = rule.at_most if rule.at_most is not None else rule.at_least or 0.0
        # Proof that the bound is broken: the end of the interval that speaks for the model.
        end = found.low if rule.at_most is not None else found.high
        best = found.value if end is None else end
        holds = best > bound if rule.at_most is not None else best < bound
        side = "at most" if rule.at_most is not None else "at least"
        yield Held(
            subject=subject,
            holds=holds,
            value=found.value,
            threshold=bound,
            low=found.low,
            high=found.high,
            sentence=f"{subject} is {found.value:.3g}; {side} {bound:g} is asked.",
        )


def slices(spec: ModelSpec, rule: watching.SliceWatch, seen: Seen) -> Iterator[Held]:
    """Each slice against the whole, by intervals that hold for all measured slices together."""
    report = seen.performance
    looked_at = sum(one.challenger is not None for one in report.slices) if report else 0
    for one in report.slices if report else ():
        whole, part = report.metric(one.metric) if report else None, _together(one, looked_at)
        if part is None or whole is None:
            yield Held(subject=one.name, sentence=f"{one.name} cannot be judged: {one.reason}")
            continue
        larger = info_of(spec.task, one.metric).larger_is_better
        bound = whole.value - rule.margin if larger else whole.value + rule.margin
        best = part.high if larger else part.low
        best = part.value if best is None else best
        yield Held(
            subject=one.name,
            holds=best < bound if larger else best > bound,
            value=part.value,
            threshold=bound,
            low=part.low,
            high=part.high,
            sentence=f"{one.metric} of {one.name} is {part.value:.4g}, of all rows {whole.value:.4g}; {rule.margin:g} is borne.",
        )


def _together(one: Slice, looked_at: int) -> Estimate | None:
    """The metric of one of so many slices, both ends moved out to where Student's quantile puts them for all together."""
    found = one.challenger
    if found is None or found.low is None or found.high is None:
        return found
    reach = quantile(one.units, shared(looked_at)) / quantile(one.units)
    low, high = (found.value + (end - found.value) * reach for end in (found.low, found.high))
    return replace(found, low=low, high=high)
