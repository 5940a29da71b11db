"""The sections of a report's page that are about drift: what changed, by how much, since when, in pictures."""

from collections.abc import Mapping

from evergreen.monitoring.pictures import picture
from evergreen.pages.drawing import Drawing
from evergreen.pages.page import Section, Table
from evergreen.records.drift import ColumnDrift, DriftReport
from evergreen.records.profile import ColumnBins, Counts, Profile
from evergreen.records.reference import Reference

MOST_PICTURES = 12
"""The worst columns are drawn."""
HEAD = (
    "column", "weight", "drifts", "since", "p", "PSI", "Jensen-Shannon", "Kullback-Leibler", "KS", "Wasserstein", "nulls",
    "new categories", "chi-squared (p if rows were independent)",
)  # fmt: skip


def drift_sections(
    report: DriftReport, reference: Reference, current: Profile, label: Profile | None = None
) -> tuple[Section, ...]:
    """What drifts, the numbers of every column, and pictures, the worst columns first.

    Parameters
    ----------
    current, label
        The profiles that the report was made from.
    """
    return _found(report, reference), _numbers(report), _pictures(report, reference, current, label)


def _found(report: DriftReport, reference: Reference) -> Section:
    interval = reference.interval
    drifting = [column for column in report.columns if column.drifts]
    features = sum(column.part == "feature" for column in report.columns)
    named = sum(column.part == "feature" for column in drifting)
    size = f"{report.rows:,} rows" + (f" of {report.units:,} sampling units" if report.units is not None else "")
    sides = (
        f"Predictions from {report.window.start:%Y-%m-%d %H:%M} to {report.window.end:%Y-%m-%d %H:%M} UTC, {size}, against "
        f"the rows from {interval.start:%Y-%m-%d} to {interval.end:%Y-%m-%d} that version {report.version} was fitted on."
    )
    share = f"{named} of {features} features drift, which is {report.weighted_share:.0%} of what matters to the model."
    said = [sides, report.reason or share]
    if report.unit not in ("", reference.unit):
        said.append(
            f"The prediction log has no {reference.unit}: callers do not give it, and {report.unit}s are the units."
        )
    if report.domain is not None:
        d = report.domain
        ends = f" ({d.low:.3f} to {d.high:.3f})" if d.low is not None and d.high is not None else ""
        said.append(
            f"A classifier tells the window from the reference with an AUC of {d.value:.3f}{ends}; 0.5 is chance."
        )
    rows = tuple((_named(c), f"{c.weight:.0%}", _day(c), c.sentence) for c in drifting)
    tables = (Table(head=("column", "weight", "since", "what changed"), rows=rows),) if rows else ()
    return Section(title="Drift", paragraphs=tuple(said), tables=tables)


def _numbers(report: DriftReport) -> Section:
    said = (
        "A column drifts when its change is large enough, and too large for what sampling units differ by anyway, after "
        f"correction for the number of columns (p at most {report.level:g}), on enough rows."
    )
    table = Table(head=HEAD, rows=tuple(_row(column) for column in report.columns))
    others = tuple((_named(c), c.sentence) for c in report.columns if not c.drifts)
    return Section(
        title="All columns",
        paragraphs=(said,),
        tables=(table, *((Table(head=("column", "what is said of it"), rows=others),) if others else ())),
    )


def _row(found: ColumnDrift) -> tuple[str, ...]:
    ks = " to ".join(dict.fromkeys(_number(end) for end in (found.ks_low, found.ks_high)))
    chi_squared = "" if found.chi_squared is None else f"{found.chi_squared:.4g} ({found.chi_squared_p:.2g})"
    return (
        _named(found),
        f"{found.weight:.0%}" if found.part == "feature" else "",
        "yes" if found.drifts else "no",
        _day(found),
        f"{found.p_value:.2g}",
        *(_number(n) for n in (found.psi, found.jensen_shannon, found.kullback_leibler)),
        ks,
        _number(found.wasserstein),
        f"{found.reference_null_rate:.1%} to {found.null_rate:.1%}",
        f"{found.new_share:.1%}" if found.kind == "categorical" else "",
        chi_squared,
    )


def _pictures(report: DriftReport, reference: Reference, current: Profile, label: Profile | None) -> Section:
    drawn: list[Drawing] = []
    for column in report.columns:
        sides = _sides(column, reference, current, label)
        found = picture(*sides) if sides and len(drawn) < MOST_PICTURES else None
        drawn += [found] if found else []
    said = f"The {len(drawn)} columns that changed most; groups hold about equal shares of the reference."
    return Section(
        title="Reference and window", paragraphs=(said,) if drawn else ("Nothing to draw.",), drawings=tuple(drawn)
    )


def _sides(
    found: ColumnDrift, reference: Reference, current: Profile, label: Profile | None
) -> tuple[ColumnBins, Counts, Counts] | None:
    sample, profile = {
        "feature": (reference.features, current),
        "prediction": (reference.prediction, current),
        "label": (reference.label, label),
    }[found.part]
    now: Mapping[str, Counts] = profile.counts if profile else {}
    if found.name not in now:
        return None
    return sample.layout.by_name[found.name], sample.profile.counts[found.name], now[found.name]


def _named(found: ColumnDrift) -> str:
    return found.name if found.part == "feature" else f"the {found.part}"


def _day(found: ColumnDrift) -> str:
    return "" if found.since is None else f"{found.since:%Y-%m-%d}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
