"""The Poisson bootstrap over sampling units: every unit, with all its rows, gets a Poisson(1) weight per resample.

Weights come from one seed, so that the same inputs give the same interval, and every statistic sees the same weights,
so that differences between replicates are paired.

Sources
-------
Hanley and MacGibbon (2006), "Creating non-parametric bootstrap samples using Poisson frequencies", *Computer Methods and
Programs in Biomedicine* 83, 57-62; Field and Welsh (2007), "Bootstrapping clustered data", *JRSS B* 69, 369-390.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Units = NDArray[np.intp]
Statistic = Callable[[Floats], Floats]
"""From weights of units, (resamples, units), to one value per resample; NaN where it is undefined."""

RESAMPLES = 500
BLOCK = 1 << 22
"""Weights held at once."""


def replicates(statistics: Sequence[Statistic], units: int, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """The value of each statistic in each resample, (resamples, statistics).

    Examples
    --------
    >>> mean = average(np.array([1.0, 2.0, 3.0, 4.0]), np.arange(4))
    >>> values = replicates([mean], 4, seed=0)
    >>> values.shape, bool(np.nanmin(values) >= 1)
    ((500, 1), True)
    """
    blocks = [np.column_stack([s(weights) for s in statistics]) for weights in _weights(units, resamples, seed)]
    return np.concatenate(blocks)


def observed(statistic: Statistic, units: int) -> float:
    """The statistic of the rows as they are: every weight is 1."""
    return float(statistic(np.ones((1, units)))[0])


def average(values: Floats, units: Units) -> Statistic:
    """The weighted mean of ``values`` (n,) or, for (n, k), the k means side by side as (resamples, k).

    Rows are summed by unit once; a resample then costs one product with a vector of units.

    Parameters
    ----------
    units
        n integers in ``0 … number of units - 1``.
    """
    columns = values if values.ndim == 2 else values[:, None]
    sums = np.stack([np.bincount(units, weights=column) for column in columns.T], axis=1)
    rows = np.bincount(units).astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            means: Floats = (weights @ sums) / (weights @ rows)[:, None]
        return means if values.ndim == 2 else means[:, 0]

    return statistic


def _weights(units: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Blocks of at most ``BLOCK`` weights; the stream does not depend on the block's size."""
    random = np.random.default_rng(seed)
    step = max(1, BLOCK // units)
    for start in range(0, resamples, step):
        yield random.poisson(1.0, (min(step, resamples - start), units)).astype(np.float64)
