"""How far values must be moved to turn one distribution into the other, from rows per bin, in standard deviations."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

SMALLEST_DEVIATION = 1e-3
"""A reference that varies less counts as if it varied so much. Evidently's own, so that numbers compare."""


class Estimate(NamedTuple):
    """A distance, 0 for equal distributions, and how far off it may be at most for values within the edges."""

    value: float
    error: float


def wasserstein(reference: Counts, current: Counts, edges: Sequence[float]) -> Estimate:
    """The Wasserstein-1 distance over the reference's standard deviation, as if values spread evenly inside each bin.

    The integral of the distance between both distribution functions, which are known at the edges. Inside a bin each is
    off by half the bin's rows times its width on average at most; the sum of that is ``error``, in the same unit. A value
    beyond the outer edges counts as lying on them: the distance is then at least what is said. The standard deviation
    comes from the bins, too. NaN without edges, or without a value on one side.

    Source: Vallender (1974), "Calculation of the Wasserstein distance between probability distributions on the line",
    *Theory of Probability and its Applications* 18.

    Parameters
    ----------
    reference, current
        Rows in the ``len(edges) + 1`` bins of `ColumnBins`, without nulls.

    Examples
    --------
    >>> edges = np.arange(0.0, 101.0)
    >>> rows = np.concatenate([[0], np.full(100, 10), [0]])
    >>> found = wasserstein(rows, np.roll(rows, 0), edges)
    >>> found.value, round(found.error, 3)
    (0.0, 0.035)
    """
    if not len(edges) or not reference.sum() or not current.sum():
        return Estimate(float("nan"), float("nan"))
    width = np.diff(np.asarray(edges, dtype=np.float64))
    p, q = (rows / rows.sum() for rows in (reference, current))
    apart = np.cumsum(p - q)[:-1]
    scale = max(deviation(reference, edges), SMALLEST_DEVIATION)
    error = (width * (p + q)[1:-1]).sum() / 2
    return Estimate(float((width * _mean_distance(apart[:-1], apart[1:])).sum() / scale), float(error / scale))


def deviation(counts: Counts, edges: Sequence[float]) -> float:
    """The standard deviation of values that spread evenly inside each bin, with those beyond the outer edges on them."""
    borders = np.asarray(edges, dtype=np.float64)
    low, high = np.append(borders[0], borders), np.append(borders, borders[-1])
    share, middle = counts / counts.sum(), (low + high) / 2
    mean = (share * middle).sum()
    return float(np.sqrt((share * ((middle - mean) ** 2 + (high - low) ** 2 / 12)).sum()))


def _mean_distance(begin: Floats, end: Floats) -> Floats:
    """The mean of ``abs`` along straight lines from ``begin`` to ``end``, which may cross 0."""
    a, b = np.abs(begin), np.abs(end)
    crossing = begin * end < 0
    return np.where(crossing, (a**2 + b**2) / (2 * np.where(crossing, a + b, 1)), (a + b) / 2)
