"""How differently a model treats the groups of sensitive columns: fairlearn's numbers, with intervals."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.measures.decisions import Flags, decisions, outcomes, place
from evergreen.measures.groups import Grouping, groupings
from evergreen.measures.measure import Clusters, by, estimate
from evergreen.records.evaluation import Disparity, Estimate, FairnessMeasure, Group, Role
from evergreen.spec.model import ModelSpec
from evergreen.stats import disparity
from evergreen.stats.bootstrap import RESAMPLES, Floats, resampled
from evergreen.stats.cells import cell_sums
from evergreen.stats.disparity import CELLS, Rates, rates
from evergreen.stats.intervals import basic

JUDGED: tuple[Role, ...] = ("challenger", "champion")
Measure = Callable[[Rates], Floats]
MEASURES: Mapping[FairnessMeasure, Measure] = {
    "demographic_parity_difference": disparity.demographic_parity_difference,
    "equalized_odds_difference": disparity.equalized_odds_difference,
    "disparate_impact_ratio": disparity.disparate_impact_ratio,
}


def disparities(
    spec: ModelSpec,
    table: pa.Table,
    labels: NDArray[np.generic],
    scores: Mapping[Role, Floats],
    classes: Sequence[str],
    clusters: Clusters,
    *,
    seed: int,
) -> tuple[Disparity, ...]:
    """Every measure for each sensitive column, each two of them together, and challenger and champion.

    Groups below ``fairness.min_group`` rows are left out, and named. Intervals are those of a Poisson bootstrap over the
    sampling units.

    Parameters
    ----------
    table
        The test rows, with the sensitive columns.
    labels, scores
        Of these rows, as metrics see them.
    """
    if not spec.columns.sensitive:
        return ()
    unnamed = spec.task == "multiclass" and place(spec, classes) < 0
    truth = outcomes(spec, labels, classes)
    found: list[Disparity] = []
    for grouping in groupings(table, spec.columns.sensitive, spec.fairness.min_group):
        for role in JUDGED:
            if role in scores and unnamed:
                found += _without(
                    grouping, role, f"No model and no row knows class {spec.fairness.favourable_class!r}."
                )
            elif role in scores:
                decided = decisions(spec, scores[role], classes)
                found += _judged(grouping, role, _counted(grouping, truth, decided, clusters, seed), clusters)
    return tuple(found)


class _Counts(NamedTuple):
    """Rows by group, outcome and decision: (groups, CELLS) as they are, (resamples, groups, CELLS) drawn."""

    seen: Floats
    drawn: Floats

    def of(self, groups: NDArray[np.bool_]) -> "_Counts":
        return _Counts(self.seen[groups], self.drawn[:, groups])


def _counted(grouping: Grouping, truth: Flags, decided: Flags, clusters: Clusters, seed: int) -> _Counts:
    inside, groups = grouping.of_row >= 0, len(grouping.names)
    cell = (grouping.of_row * CELLS + 2 * truth + decided)[inside]
    seen = np.bincount(cell, minlength=groups * CELLS).astype(np.float64)
    sums = cell_sums(cell, np.ones(len(cell)), clusters.of_row[inside], cells=groups * CELLS)
    drawn = resampled(sums, clusters.count, seed=seed)
    return _Counts(seen.reshape(groups, CELLS), drawn.reshape(len(drawn), groups, CELLS))


def _judged(grouping: Grouping, role: Role, counts: _Counts, clusters: Clusters) -> list[Disparity]:
    found = rates(counts.seen[None])
    groups = tuple(_group(name, i, counts.seen, found) for i, name in enumerate(grouping.names))
    both = np.isfinite(found.true_positive[0] + found.false_positive[0])
    judged: list[Disparity] = []
    for measure, of_rates in MEASURES.items():
        usable = counts.of(both) if measure == "equalized_odds_difference" else counts
        value, why = _estimate(measure, of_rates, usable, clusters)
        judged.append(
            Disparity(
                column=grouping.column,
                measure=measure,
                role=role,
                estimate=value,
                groups=groups,
                reason=" ".join(filter(None, [why, grouping.reason, _one_sided(grouping, both, measure)])),
            )
        )
    return judged


def _estimate(
    measure: FairnessMeasure, of_rates: Measure, counts: _Counts, clusters: Clusters
) -> tuple[Estimate | None, str]:
    """The measure, or None and why there is none."""
    if len(counts.seen) < 2:
        return None, "Fewer than two groups can be compared."
    value = fairlearns(measure, counts.seen)
    if not math.isfinite(value):
        return None, "Nobody is decided on favourably, in any group."
    bounds = basic(value, of_rates(rates(counts.drawn)), clusters.count, least=0, most=1)
    return estimate(bounds, f"fairlearn; Poisson bootstrap, {RESAMPLES} resamples, {by(clusters)}"), ""


def fairlearns(measure: FairnessMeasure, counts: Floats) -> float:
    """What fairlearn says of rows of which there are so many in each group with each outcome and decision.

    Parameters
    ----------
    counts
        (groups, CELLS).

    Examples
    --------
    >>> fairlearns("disparate_impact_ratio", np.array([[5, 0, 0, 5], [6, 0, 0, 4]]))
    0.8
    """
    from fairlearn import metrics as library

    functions: dict[FairnessMeasure, Any] = {
        "demographic_parity_difference": library.demographic_parity_difference,
        "equalized_odds_difference": library.equalized_odds_difference,
        "disparate_impact_ratio": library.demographic_parity_ratio,
    }
    group, cell = np.nonzero(counts)
    weights = counts[group, cell]
    return float(functions[measure](cell // 2, cell % 2, sensitive_features=group, sample_weight=weights))


def _group(name: str, index: int, seen: Floats, found: Rates) -> Group:
    def known(rate: Floats) -> float | None:
        return float(rate[0, index]) if math.isfinite(rate[0, index]) else None

    return Group(
        name=name,
        rows=int(seen[index].sum()),
        selection_rate=known(found.selection),
        true_positive_rate=known(found.true_positive),
        false_positive_rate=known(found.false_positive),
    )


def _one_sided(grouping: Grouping, both: NDArray[np.bool_], measure: FairnessMeasure) -> str:
    lacking = [name for name, has in zip(grouping.names, both, strict=True) if not has]
    if measure != "equalized_odds_difference" or not lacking:
        return ""
    return f"Left out, all rows have one outcome: {', '.join(lacking[:10])}."


def _without(grouping: Grouping, role: Role, why: str) -> list[Disparity]:
    return [
        Disparity(column=grouping.column, measure=measure, role=role, estimate=None, groups=(), reason=why)
        for measure in MEASURES
    ]
