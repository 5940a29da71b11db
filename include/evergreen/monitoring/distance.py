"""How far one column of a window lies from the reference: numbers only, no judgement."""

import math
from dataclasses import dataclass
from typing import Any

from evergreen.records.profile import MORE, ColumnBins, Counts
from evergreen.stats import divergence, ks
from evergreen.stats.grouping import RARE, Grouping
from evergreen.stats.wasserstein import wasserstein

MOST_NAMED, LONGEST_NAME = 5, 60
EXPECTED = 20
"""A category that should have fewer rows in the window may be absent by chance."""


@dataclass(frozen=True, kw_only=True)
class Distance:
    """Statistics as in `evergreen.records.drift.ColumnDrift`; None where one side has no values, or they have no order.

    Attributes
    ----------
    values
        Jensen-Shannon distance of the values alone, without nulls and new categories.
    """

    rows: int
    psi: float | None = None
    jensen_shannon: float | None = None
    kullback_leibler: float | None = None
    chi_squared: float | None = None
    chi_squared_p: float | None = None
    ks_low: float | None = None
    ks_high: float | None = None
    wasserstein: float | None = None
    values: float | None = None
    null_rate: float = 0.0
    reference_null_rate: float = 0.0
    new_share: float = 0.0
    new: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()


def distance(column: ColumnBins, coarse: Grouping, reference: Counts, current: Counts) -> Distance:
    """Of the window from the reference; both are counted in the bins of ``column``."""
    rows = current.values + current.nulls
    known: dict[str, Any] = {
        "rows": rows,
        "null_rate": current.nulls / max(rows, 1),
        "reference_null_rate": reference.nulls / max(reference.values + reference.nulls, 1),
    }
    if not reference.values or not current.values:
        return Distance(**known)
    was, now = coarse.rows(reference), coarse.rows(current)
    chi_squared = divergence.chi_squared(was, now)
    numbers = {
        "psi": divergence.psi(was, now),
        "jensen_shannon": divergence.jensen_shannon_distance(was, now),
        "kullback_leibler": divergence.kullback_leibler(was, now),
        "chi_squared": chi_squared.statistic,
        "chi_squared_p": chi_squared.p,
        "values": divergence.jensen_shannon_distance(was[:-2], now[:-2]),
    }
    numbers |= _ordered(column, reference, current) if column.kind == "numeric" else {}
    known |= {name: number for name, number in numbers.items() if math.isfinite(number)}
    known |= _categories(column, reference, current) if column.kind == "categorical" else {}
    return Distance(**known)


def _ordered(column: ColumnBins, reference: Counts, current: Counts) -> dict[str, float]:
    certified = ks.interval(reference.bins, current.bins, column.edges)
    moved = wasserstein(reference.bins, current.bins, column.edges)
    return {"ks_low": certified.low, "ks_high": certified.high, "wasserstein": moved.value}


def _categories(column: ColumnBins, reference: Counts, current: Counts) -> dict[str, Any]:
    """New categories, the most frequent first, and frequent ones that are gone."""
    rows, of_reference = current.values, reference.values
    new = sorted((value for value in current.new if value != MORE), key=lambda value: (-current.new[value], value))
    gone = [
        (-was, name)
        for name, was, now in zip(column.categories, reference.bins, current.bins, strict=False)
        if not now and was >= RARE * of_reference and was * rows >= EXPECTED * of_reference
    ]
    return {
        "new_share": sum(current.new.values()) / max(rows + current.nulls, 1),
        "new": tuple(value[:LONGEST_NAME] for value in new[:MOST_NAMED]),
        "vanished": tuple(name[:LONGEST_NAME] for _, name in sorted(gone)[:MOST_NAMED]),
    }
