"""A window of predictions held against the reference of the version that gave them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime

import numpy as np
from scipy import stats

from evergreen.core.errors import InputError
from evergreen.monitoring.compared import PARTS, Compared, Sampled, compare, lack_of
from evergreen.monitoring.distance import Distance
from evergreen.monitoring.proven import proven
from evergreen.monitoring.significance import p_values
from evergreen.monitoring.wording import said
from evergreen.records.drift import ColumnDrift, DriftReport, Part
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.profile import Profile
from evergreen.records.reference import Reference
from evergreen.spec.model import ModelSpec
from evergreen.spec.monitoring import DriftTest, Effects

STATISTICS = tuple(f.name for f in fields(Distance) if f.name != "values")
Chances = dict[tuple[Part, str, str], float]
"""By part, column and aspect."""


def drift(
    spec: ModelSpec,
    reference: Reference,
    current: Profile,
    *,
    window: Interval,
    units: Mapping[Part, Sampled],
    version: int,
    weights: Mapping[str, float],
    label: Profile | None = None,
    earlier: Sequence[DriftReport] = (),
    domain: Estimate | None = None,
) -> DriftReport:
    """What changed, how much, since when, and how much it matters to the model.

    A column drifts when an effect reaches its threshold and is significant at the level of the report, of all columns and
    aspects together (Benjamini and Hochberg), on enough rows and sampling units of its part. Equal inputs give an equal
    report.

    Parameters
    ----------
    current
        Of the logged predictions, in the bins of ``reference.layout``; a column may be missing.
    units
        Sampling units that the rows of each part are of; empty where rows are the unit.
    weights
        Importance of each feature, in any unit; what is missing or below 0 is 0. Equal when all are.
    label
        Of the labels that have come for the window, in the bins of ``reference.label.layout``.
    earlier
        Reports on earlier windows, in any order; the newest one that is big enough says since when a column drifts.

    Raises
    ------
    InputError
        When a profile has other bins than the reference, or units are not counted.
    """
    _same_bins(reference, current, label)
    test = spec.monitoring.drift
    sides: dict[Part, Profile | None] = {"feature": current, "prediction": current, "label": label}
    _units_of_each(reference, sides, units)
    reason = lack_of(test, "feature", current.rows, units)
    shares = _shares([c.name for c in reference.features.layout.columns], weights)
    compared = [found for part, now in sides.items() for found in compare(test, reference, part, now, units)]
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
        units=units["feature"].number if units else None,
        unit=units["feature"].unit if units else "",
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


def _units_of_each(reference: Reference, sides: Mapping[Part, Profile | None], units: Mapping[Part, Sampled]) -> None:
    unknown = [part for part, profile in sides.items() if profile and part not in units]
    if reference.unit != "none" and unknown:
        raise InputError(
            f"{reference.model}: rows of one {reference.unit} are not independent: say how many there are of the "
            f"{' and the '.join(unknown)}."
        )


def _shares(names: Sequence[str], weights: Mapping[str, float]) -> dict[str, float]:
    """Weights that sum to 1."""
    known = {name: max(weights.get(name, 0.0), 0.0) for name in names}
    total = sum(known.values())
    return {name: weight / total if total > 0 else 1 / len(names) for name, weight in known.items()}


def _chances(
    reference: Reference,
    sides: Mapping[Part, Profile | None],
    compared: Sequence[Compared],
    units: Mapping[Part, Sampled],
) -> Chances:
    """Of all columns that can be judged, corrected for their number."""
    able = {(c.part, c.column.name) for c in compared if not c.lack}
    found: Chances = {}
    for part, profile in sides.items():
        counts = {n: c for n, c in (profile.counts if profile else {}).items() if (part, n) in able}
        if counts:
            chances = p_values(reference, PARTS[part], counts, units=units[part].number if part in units else None)
            found |= {(part, *key): chance for key, chance in chances.items()}
    corrected = stats.false_discovery_control(list(found.values())) if found else np.empty(0)
    return dict(zip(found, map(float, corrected), strict=True))


def _judged(
    test: DriftTest, found: Compared, chances: Chances, shares: Mapping[str, float], reason: str
) -> ColumnDrift:
    here, name, part = found.distance, found.column.name, found.part
    own = {aspect: chance for (of, column, aspect), chance in chances.items() if (of, column) == (part, name)}
    large = _large(test.effects, found.column.kind, here)
    sure = {aspect for aspect, chance in own.items() if chance <= test.level}
    drifts = [aspect for aspect in large if aspect in sure]
    return ColumnDrift(
        name=name,
        part=part,
        kind=found.column.kind,
        weight=shares.get(name, 0.0) if part == "feature" else 0.0,
        p_value=min(own.values(), default=1.0),
        proven=proven(here, *found.groups, sure) if sure else {},
        judged=not (found.lack or reason),
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
    """Since when: windows in which it could not be judged say nothing, and another reference is another question."""
    if not found.drifts:
        return found
    before = sorted((r for r in earlier if r.reference == reference and r.window.end < window.end), key=_end)
    same = (c for r in reversed(before) for c in r.columns if (c.part, c.name) == (found.part, found.name))
    was = next((c for c in same if c.judged), None)
    return replace(found, since=(was.since if was else None) or window.start)


def _end(report: DriftReport) -> datetime:
    return report.window.end


def _badness(effects: Effects, found: ColumnDrift) -> tuple[bool, float, str]:
    """The worst first: what drifts, then by how many times an effect reaches its threshold."""
    times = (
        (found.wasserstein or 0.0) / effects.wasserstein,
        (found.jensen_shannon or 0.0) / effects.jensen_shannon if found.kind == "categorical" else 0.0,
        abs(found.null_rate - found.reference_null_rate) / effects.null_rate,
        found.new_share / effects.new_share,
    )
    return not found.drifts, -max(times), found.name
