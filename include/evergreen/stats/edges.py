"""Edges of bins from the values of a reference: fine where its rows are, and beyond its outer quantiles."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 1_024
"""At most so many bins. The certified interval of the KS statistic is then about 0.001 wide."""
TAIL = 15
"""Edges between an outer quantile and the farthest value, their distances from it falling by powers to a thousandth."""
QUANTILES = BINS - 1 - 2 * TAIL - 2


def edges_of(values: Floats) -> tuple[float, ...]:
    """Ascending edges, at most ``BINS - 1``; none without a finite value.

    A column of few values gets a bin for each, ``[v, nextafter(v))``. Other columns are cut at their quantiles; a value
    that repeats so often that two quantiles meet on it gets a bin of its own as well, and the tails are cut on a
    logarithmic scale. The first edge is the smallest value, the last lies just above the largest.

    Parameters
    ----------
    values
        n numbers in any order. Infinities and NaN are left out.

    Examples
    --------
    >>> edges_of(np.array([3.0, 1.0, 3.0])) == (1.0, np.nextafter(1, 2), 3.0, np.nextafter(3, 4))
    True
    >>> len(edges_of(np.random.default_rng(0).normal(size=100_000)))
    1023
    """
    ordered = np.sort(values[np.isfinite(values)]) + 0.0
    if not len(ordered):
        return ()
    distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    singles = distinct if 2 * len(distinct) < BINS else _repeated(_quantiles(ordered))
    with np.errstate(over="ignore", invalid="ignore"):
        cuts = [singles, np.nextafter(singles, np.inf)]
        if len(singles) < len(distinct):
            cuts += [_quantiles(ordered), *_tails(ordered), ordered[:1], np.nextafter(ordered[-1:], np.inf)]
    edges = np.unique(np.concatenate(cuts))
    return tuple(edges[np.isfinite(edges)].tolist())


def _quantiles(ordered: Floats) -> Floats:
    taken: Floats = ordered[np.arange(1, QUANTILES + 1) * len(ordered) // (QUANTILES + 1)]
    return taken


def _repeated(ordered: Floats) -> Floats:
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _tails(ordered: Floats) -> tuple[Floats, Floats]:
    """Edges between the lowest value and quantile, and between the highest ones."""
    steps = np.geomspace(1, 1e-3, TAIL + 2)[1:-1]
    low, first, last, high = ordered[0], *_quantiles(ordered)[[0, -1]], ordered[-1]
    return low + (first - low) * steps, high - (high - last) * steps
