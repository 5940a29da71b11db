"""The Kolmogorov-Smirnov statistic of two samples: exact from values, as a certified interval from rows per bin.

Source: Smirnov (1948), "Table for estimating the goodness of fit of empirical distributions", *Annals of Mathematical
Statistics* 19; Hodges (1958), "The significance probability of the Smirnov two-sample test", *Arkiv för Matematik* 3.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL = 0.05
"""Chance of an alarm on two samples of one distribution."""


class Certified(NamedTuple):
    """The statistic lies in ``[low, high]``: from 0, no difference, to 1. NaN without a value on one side."""

    low: float
    high: float


class Binned(NamedTuple):
    """One sample: its rows in each bin, and the values of some bins in any order."""

    rows: Counts
    inside: Floats


class Decision(StrEnum):
    """Whether the statistic exceeds the critical value, as far as the bins can say."""

    YES = "yes"
    NO = "no"
    STRADDLES = "straddles"


def statistic(reference: Floats, current: Floats) -> float:
    """The largest distance of the two distribution functions; NaN values must be gone.

    >>> statistic(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 9.0, 9.0]))
    0.5
    """
    if not len(reference) or not len(current):
        return float("nan")
    a, b = np.sort(reference), np.sort(current)
    every = np.concatenate([a, b])
    apart = np.searchsorted(a, every, "right") / len(a) - np.searchsorted(b, every, "right") / len(b)
    return float(np.abs(apart).max())


def interval(reference: Counts, current: Counts, edges: Sequence[float]) -> Certified:
    """Where the statistic lies, from the rows between the edges.

    At an edge both distribution functions are known, which gives ``low``. Inside a bin they rise from one edge to the next
    in an unknown way: at worst all of one sample's rows come first. A bin that holds one value only, or rows of one sample
    only, has its extremes at its ends.

    Parameters
    ----------
    reference, current
        Rows in the ``len(edges) + 1`` bins of `ColumnBins`, without nulls.

    Examples
    --------
    >>> interval(np.array([5, 5, 0]), np.array([5, 5, 10]), [0.0, 1.0])
    Certified(low=0.5, high=0.75)
    >>> interval(np.array([5, 5, 0]), np.array([5, 5, 10]), [0.0, 5e-324])
    Certified(low=0.5, high=0.5)
    """
    if not reference.sum() or not current.sum():
        return Certified(float("nan"), float("nan"))
    ends, most = bounds(reference, current, edges)
    return Certified(float(ends.max()), float(most.max()))


def bounds(reference: Counts, current: Counts, edges: Sequence[float]) -> tuple[Floats, Floats]:
    """Per bin: the distance at its upper end, and the largest that there may be inside it or at its ends."""
    f, g = (np.concatenate([[0.0], np.cumsum(rows) / rows.sum()]) for rows in (reference, current))
    apart = np.abs(f - g)
    ends = np.maximum(apart[:-1], apart[1:])
    inside = np.maximum(np.abs(f[1:] - g[:-1]), np.abs(g[1:] - f[:-1]))
    known = (reference == 0) | (current == 0) | _single(edges)
    return apart[1:], np.where(known, ends, np.maximum(ends, inside))


def critical(reference: int, current: int, level: float = LEVEL) -> float:
    """The largest statistic that is no alarm at ``level`` for so many independent values, by scipy's own p-value.

    Both numbers of values are taken as they are; the p-value is the asymptotic one that ``scipy.stats.ks_2samp`` gives for
    more than 10,000 values.

    >>> round(critical(10_000, 10_000), 4)
    0.0192
    """
    if not reference or not current:
        return float("nan")
    both = float(reference) * current / (float(reference) + current)
    return float(stats.kstwo.isf(level, max(round(both), 1)))


def decide(certified: Certified, threshold: float) -> Decision:
    """Whether the statistic is above the threshold; ``NO`` where there is no statistic.

    >>> decide(Certified(0.01, 0.03), 0.02)
    <Decision.STRADDLES: 'straddles'>
    """
    if certified.low > threshold:
        return Decision.YES
    return Decision.STRADDLES if certified.high > threshold else Decision.NO


def open_bins(reference: Counts, current: Counts, edges: Sequence[float], threshold: float) -> NDArray[np.intp]:
    """The bins inside which the statistic may exceed the threshold: those whose values a second pass must read."""
    ends, most = bounds(reference, current, edges)
    return np.flatnonzero((most > threshold) & (ends <= threshold))


def resolved(reference: Binned, current: Binned, edges: Sequence[float]) -> float:
    """The exact statistic, from the rows in all bins and the values of those inside which it may be largest.

    Those are ``open_bins(…, threshold=low)`` of the certified interval's ``low``.

    >>> edges = [0.0, 1.0]
    >>> before, now = np.array([0.1, 0.2]), np.array([0.8, 0.9])
    >>> resolved(Binned(np.array([5, 2, 0]), before), Binned(np.array([5, 2, 3]), now), edges)
    0.5
    """
    known = interval(reference.rows, current.rows, edges).low
    every = np.concatenate([reference.inside, current.inside])
    below, at = _before(edges, every)
    f, g = (_distribution(side, below, at, every) for side in (reference, current))
    return float(np.abs(f - g).max(initial=known))


def _before(edges: Sequence[float], values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Where the bin of each value begins, and which one it is."""
    borders = np.concatenate([[-np.inf], np.asarray(edges, dtype=np.float64)])
    at = np.searchsorted(borders[1:], values, side="right")
    return borders[at], at


def _distribution(side: Binned, below: Floats, at: NDArray[np.intp], values: Floats) -> Floats:
    """The share of rows at or below each value."""
    ordered = np.sort(side.inside)
    inside = np.searchsorted(ordered, values, side="right") - np.searchsorted(ordered, below, side="left")
    share: Floats = (np.append(0, np.cumsum(side.rows))[at] + inside) / side.rows.sum()
    return share


def _single(edges: Sequence[float]) -> NDArray[np.bool_]:
    """The bins that hold a single value: ``[v, nextafter(v))``."""
    borders = np.concatenate([[-np.inf], np.asarray(edges, dtype=np.float64), [np.inf]])
    single: NDArray[np.bool_] = np.nextafter(borders[:-1], np.inf) == borders[1:]
    return single
