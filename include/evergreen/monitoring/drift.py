"""A window of predictions held against the reference of the version that gave them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import stats

from evergreen.core.errors import InputError
from evergreen.monitoring.distance import Distance, distance
from evergreen.monitoring.grouped import grouped
from evergreen.monitoring.significance import p_values
from evergreen.monitoring.wording import said
from evergreen.records.drift import ColumnDrift, DriftReport, Part
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.profile import ColumnBins, Counts, Profile
from evergreen.records.reference import LABEL, PREDICTION, Reference, Sample
from evergreen.spec.model import ModelSpec
from evergreen.spec.monitoring import DriftTest, Effects

PARTS: Mapping[Part, str] = {"feature": "features", "prediction": PREDICTION, "label": LABEL}
"""The sample of the reference that each part is held against."""
STATISTICS = tuple(f.name for f in fields(Distance) if f.name != "values")
Chances = dict[tuple[Part, str, str], float]
"""By part, column and aspect."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One column before it is judged: ``lack`` says why it cannot be."""

    column: ColumnBins
    part: Part
    distance: Distance
    lack: str


def drift(
    spec: ModelSpec,
    reference: Reference,
    current: Profile,
    *,
    window: Interval,
    units: int | None,
    version: int,
    weights: Mapping[str, float],
    label: Profile | None = None,
    earlier: Sequence[DriftReport] = (),
    domain: Estimate | None = None,
) -> DriftReport:
    """What changed, how much, since when, and how much it matters to the model.

    A column drifts when an effect reaches its threshold and is significant at the level of the report, of all columns and
    aspects together (Benjamini and Hochberg), on enough rows and sampling units. Equal inputs give an equal report.

    Parameters
    ----------
    current
        Of the logged predictions, in the bins of ``reference.layout``; a column may be missing.
    units
        Sampling units in the window; None where rows are the unit.
    weights
        Importance of each feature, in any unit; what is missing or below 0 is 0. Equal when all are.
    label
        Of the labels that have come for the window, in the bins of ``reference.label.layout``.
    earlier
        Reports on earlier windows, in any order.

    Raises
    ------
    InputError
        When a profile has other bins than the reference, or units are not counted.
    """
    _same_bins(reference, current, label)
    if units is None and reference.unit != "none":
        raise InputError(f"{spec.name}: rows of one {reference.unit} are not independent: say how many the window has.")
    test = spec.monitoring.drift
    reason = _lack(test, spec.training.split.sampling_unit, current.rows, units)
    shares = _shares([c.name for c in reference.features.layout.columns], weights)
    sides: dict[Part, Profile | None] = {"feature": current, "prediction": current, "label": label}
    compared = [found for part, now in sides.items() for found in _compared(test, reference, part, now)]
    chances = {} if reason else _chances(reference, sides, compared, units)
    judged = [_judged(test, found, chances, shares, reason) for found in compared]
    dated = [_dated(found, window, reference.digest, earlier) for found in judged]
    drifting = [found for found in dated if found.drifts and found.part == "feature"]
    return DriftReport(
        model=spec.name,
        version=version,
        reference=reference.digest,
        window=window,
        rows=current.rows,
        units=units,
        enough=not reason,
        reason=reason,
        level=test.level,
        columns=tuple(sorted(dated, key=lambda c: _badness(test.effects, c))),
        share=len(drifting) / max(len(shares), 1),
        weighted_share=min(sum(found.weight for found in drifting), 1.0),
        domain=domain,
    )


def _same_bins(reference: Reference, current: Profile, label: Profile | None) -> None:
    pairs = [(current, reference.layout.digest)] + ([(label, reference.label.layout.digest)] if label else [])
    for profile, digest in pairs:
        if profile.layout != digest:
            raise InputError(
                f"{reference.model}: a profile in the bins of layout {profile.layout[:12]} cannot be held against the "
                f"reference of version {reference.version}, whose layout is {digest[:12]}. Profile the rows again."
            )


def _lack(test: DriftTest, unit: str, rows: int, units: int | None) -> str:
    """Why a window is too small; empty when it is not."""
    if rows < test.min_rows:
        return f"Not enough rows: the window has {rows:,} and {test.min_rows:,} are needed (monitoring.drift.min_rows)."
    if units is not None and units < test.min_units:
        return (
            f"Not enough sampling units: the window has {units:,} of {unit} and {test.min_units:,} are needed "
            "(monitoring.drift.min_units)."
        )
    return ""


def _shares(names: Sequence[str], weights: Mapping[str, float]) -> dict[str, float]:
    """Weights that sum to 1."""
    known = {name: max(weights.get(name, 0.0), 0.0) for name in names}
    total = sum(known.values())
    return {name: weight / total if total > 0 else 1 / len(names) for name, weight in known.items()}


def _compared(test: DriftTest, reference: Reference, part: Part, current: Profile | None) -> Iterator[Compared]:
    sample: Sample = getattr(reference, PARTS[part])
    coarse = grouped(reference, PARTS[part]).groups
    for column in sample.layout.columns:
        was, now = sample.profile.counts[column.name], current.counts.get(column.name) if current else None
        found = distance(column, coarse[column.name], was, now) if now else Distance(rows=0)
        yield Compared(column=column, part=part, distance=found, lack=_missing(test, sample, part, was, found.rows))


def _missing(test: DriftTest, sample: Sample, part: Part, was: Counts, rows: int) -> str:
    if not was.values and not was.nulls:
        return "The reference has no rows of it."
    if sample.blocks is not None and len(sample.blocks) < test.min_units:
        return f"The reference has {len(sample.blocks)} sampling units of it and {test.min_units} are needed."
    if not rows:
        return "No label has come yet." if part == "label" else "The predictions were logged without it."
    if part == "label" and rows < test.min_rows:
        return f"Not enough rows: {rows:,} labels have come and {test.min_rows:,} are needed."
    return ""


def _chances(
    reference: Reference,
    sides: Mapping[Part, Profile | None],
    compared: Sequence[Compared],
    units: int | None,
) -> Chances:
    """Of all columns that can be judged, corrected for their number."""
    able = {(c.part, c.column.name) for c in compared if not c.lack}
    found: Chances = {}
    for part, profile in sides.items():
        counts = {n: c for n, c in (profile.counts if profile else {}).items() if (part, n) in able}
        if counts:
            chances = p_values(reference, PARTS[part], counts, units=units)
            found |= {(part, *key): chance for key, chance in chances.items()}
    corrected = stats.false_discovery_control(list(found.values())) if found else np.empty(0)
    return dict(zip(found, map(float, corrected), strict=True))


def _judged(
    test: DriftTest, found: Compared, chances: Chances, shares: Mapping[str, float], reason: str
) -> ColumnDrift:
    here, name, part = found.distance, found.column.name, found.part
    own = {aspect: chance for (of, column, aspect), chance in chances.items() if (of, column) == (part, name)}
    large = _large(test.effects, found.column.kind, here)
    drifts = [aspect for aspect in large if own.get(aspect, 1.0) <= test.level]
    return ColumnDrift(
        name=name,
        part=part,
        kind=found.column.kind,
        weight=shares.get(name, 0.0) if part == "feature" else 0.0,
        p_value=min(own.values(), default=1.0),
        drifts=bool(drifts),
        since=None,
        sentence=said(found.column.kind, here, drifts, large, own, found.lack or reason),
        **{key: getattr(here, key) for key in STATISTICS},
    )


def _large(effects: Effects, kind: str, here: Distance) -> list[str]:
    """The aspects that have changed by as much as the spec says counts, however likely that is by chance."""
    apart, least = (
        (here.wasserstein, effects.wasserstein) if kind == "numeric" else (here.values, effects.jensen_shannon)
    )
    reached = {
        "distribution": apart is not None and apart >= least,
        "new": here.new_share >= effects.new_share,
        "nulls": abs(here.null_rate - here.reference_null_rate) >= effects.null_rate,
    }
    return [aspect for aspect, yes in reached.items() if yes]


def _dated(found: ColumnDrift, window: Interval, reference: str, earlier: Sequence[DriftReport]) -> ColumnDrift:
    """Since when: windows on too few rows say nothing, and another reference is another question."""
    if not found.drifts:
        return found
    since = window.start
    before = [r for r in earlier if r.reference == reference and r.enough and r.window.end < window.end]
    for report in sorted(before, key=lambda r: r.window.end, reverse=True):
        column = next((c for c in report.columns if (c.part, c.name) == (found.part, found.name)), None)
        if column is None or not column.drifts:
            break
        since = min(since, report.window.start)
    return replace(found, since=since)


def _badness(effects: Effects, found: ColumnDrift) -> tuple[bool, float, str]:
    """The worst first: what drifts, then by how many times an effect reaches its threshold."""
    times = (
        (found.wasserstein or 0.0) / effects.wasserstein,
        (found.jensen_shannon or 0.0) / effects.jensen_shannon if found.kind == "categorical" else 0.0,
        abs(found.null_rate - found.reference_null_rate) / effects.null_rate,
        found.new_share / effects.new_share,
    )
    return not found.drifts, -max(times), found.name
