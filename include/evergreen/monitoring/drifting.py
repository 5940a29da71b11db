"""The rules on drift, held against a drift report."""

from collections.abc import Iterator

from evergreen.monitoring.held import Held, Seen
from evergreen.records.drift import ColumnDrift, DriftReport
from evergreen.spec import watching
from evergreen.spec.model import ModelSpec


def drift(spec: ModelSpec, rule: watching.Drift, seen: Seen) -> Iterator[Held]:  # noqa: ARG001 (the shape of a rule)
    """The weighted share of features that drift."""
    yield _share(rule.above, seen.drift, weighted=True)


def drifted_share(spec: ModelSpec, rule: watching.DriftedShare, seen: Seen) -> Iterator[Held]:  # noqa: ARG001
    """The plain share of features that drift."""
    yield _share(rule.above, seen.drift, weighted=False)


def _share(above: float, report: DriftReport | None, *, weighted: bool) -> Held:
    if report is None or not report.enough:
        return Held(sentence=f"Drift cannot be judged: {report.reason if report else 'nothing was predicted.'}")
    share = report.weighted_share if weighted else report.share
    drifting = [c.name for c in report.columns if c.drifts and c.part == "feature"]
    of_what = "of what matters to the model has" if weighted else "of the features have"
    named = f": {', '.join(drifting[:5])}{' and others' if len(drifting) > 5 else ''}" if drifting else ""
    sentence = f"{share:.0%} {of_what} drifted{named}; {above:.0%} is borne."
    return Held(holds=share > above, value=share, threshold=above, sentence=sentence)


def column(spec: ModelSpec, rule: watching.ColumnDrift, seen: Seen) -> Iterator[Held]:  # noqa: ARG001
    """One statistic of one column against the bound of the rule, which stands in for our own: chance fires no rule."""
    report = seen.drift
    found = report.column(rule.column) if report else None
    value = _statistic(found, rule.statistic) if found else None
    if report is None or not report.enough or found is None or not found.judged or value is None:
        why = found.sentence if found and report and report.enough else report.reason if report else ""
        yield Held(subject=rule.column, sentence=f"{rule.column} cannot be compared. {why}".strip())
        return
    sentence = f"{rule.statistic} of {rule.column} is {value:.3g}; {rule.above:g} is borne."
    holds = value > rule.above and found.proven.get(rule.statistic, 0.0) > rule.above
    if value > rule.above and not holds:
        sentence += " Sampling units differ as much by chance."
    yield Held(subject=rule.column, holds=holds, value=value, threshold=rule.above, sentence=sentence)


def _statistic(found: ColumnDrift, name: watching.Statistic) -> float | None:
    if name == "ks":
        return found.ks_low
    if name == "null_rate":
        return abs(found.null_rate - found.reference_null_rate)
    value: float | None = getattr(found, name)
    return value
