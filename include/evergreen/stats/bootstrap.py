"""The Poisson bootstrap over sampling units: every unit, with all its rows, gets a Poisson(1) weight per resample.

Weights come from one seed, so that the same inputs give the same interval, and every statistic sees the same weights,
so that differences between replicates are paired.

Sources
-------
Hanley and MacGibbon (2006), "Creating non-parametric bootstrap samples using Poisson frequencies", *Computer Methods and
Programs in Biomedicine* 83, 57-62; Field and Welsh (2007), "Bootstrapping clustered data", *JRSS B* 69, 369-390.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Units = NDArray[np.intp]
Weights = NDArray[np.uint8]
"""Of units, (resamples, units): how often each is drawn."""
Statistic = Callable[[Weights], Floats]
"""From weights of units to one value per resample; NaN where it is undefined."""

RESAMPLES = 1_000
BLOCK = 1 << 19
"""Weights held at once: what fits the processor's cache."""


@dataclass(frozen=True)
class Sums:
    """A statistic that sees only weighted means of columns: those of one bootstrap are summed together.

    Attributes
    ----------
    columns
        (k, units): for each unit, the sum over its rows.
    rows
        (units,): the number of its rows.
    finish
        From the k means of each resample, (resamples, k), to its value.
    """

    columns: Floats
    rows: Floats
    finish: Callable[[Floats], Floats]

    def __call__(self, weights: Weights) -> Floats:
        """One value per resample."""
        return self.finish(_means(weights, np.vstack([self.columns, self.rows])))


def replicates(statistics: Sequence[Statistic], units: int, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """The value of each statistic in each resample, (resamples, statistics).

    Parameters
    ----------
    statistics
        All of the same rows.

    Examples
    --------
    >>> mean = average(np.array([1.0, 2.0, 3.0, 4.0]), np.arange(4))
    >>> values = replicates([mean], 4, seed=0)
    >>> values.shape, bool(np.nanmin(values) >= 1)
    ((1000, 1), True)
    """
    sums = [s for s in statistics if isinstance(s, Sums)]
    columns = np.vstack([s.columns for s in sums] + [sums[0].rows]) if sums else np.empty((0, units))
    cuts = np.cumsum([len(s.columns) for s in sums])

    def values(weights: Weights) -> Floats:
        means = iter(np.split(_means(weights, columns), cuts, axis=1) if sums else ())
        return np.column_stack([s.finish(next(means)) if isinstance(s, Sums) else s(weights) for s in statistics])

    return resampled(values, units, seed=seed, resamples=resamples)


def resampled(function: Callable[[Weights], Floats], units: int, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """What ``function`` makes of the weights of all resamples, which it is given a few at a time."""
    return np.concatenate([function(weights) for weights in _weights(units, resamples, seed)])


def observed(statistic: Statistic, units: int) -> float:
    """The statistic of the rows as they are: every weight is 1."""
    return float(statistic(np.ones((1, units), dtype=np.uint8))[0])


def average(values: Floats, units: Units, then: Callable[[Floats], Floats] | None = None) -> Sums:
    """The weighted mean of ``values`` (n,) or, for (n, k), the k means side by side as (resamples, k).

    Rows are summed by unit once; a resample then costs one pass over the units.

    Parameters
    ----------
    units
        n integers in ``0 … number of units - 1``.
    then
        What becomes of the means.
    """
    columns = values.T if values.ndim == 2 else values[None]
    sums = np.array([np.bincount(units, weights=column) for column in columns])

    def finish(means: Floats) -> Floats:
        means = means if values.ndim == 2 else means[:, 0]
        return then(means) if then else means

    return Sums(sums, np.bincount(units).astype(np.float64), finish)


def drawn(units: Units) -> Callable[[Weights], Floats]:
    """A function from weights of units to the number of rows that each resample has."""
    rows = np.bincount(units).astype(np.float64)
    if (rows == 1).all():
        return lambda weights: weights.sum(axis=1, dtype=np.uint32).astype(np.float64)
    return lambda weights: _unit_sums(weights, rows[None])[:, 0]


def _means(weights: Weights, columns: Floats) -> Floats:
    """The sums of all columns but the last over that of the last, which is the number of rows."""
    sums = _unit_sums(weights, columns)
    with np.errstate(invalid="ignore"):
        means: Floats = sums[:, :-1] / sums[:, -1:]
    return means


def _unit_sums(weights: Weights, columns: Floats) -> Floats:
    from evergreen.stats import kernels

    sums = np.zeros((len(weights), len(columns)))
    kernels.unit_sums(weights, columns, sums)
    return sums


def _weights(units: int, resamples: int, seed: int) -> Iterator[Weights]:
    """Blocks of at most ``BLOCK`` weights, or of two resamples; the stream does not depend on the block's size."""
    from evergreen.stats import kernels

    step = max(2, BLOCK // units // 2 * 2)  # even, so that no pair of weights is cut in two
    for start in range(0, resamples, step):
        weights = np.empty(min(step, resamples - start) * units, dtype=np.uint8)
        kernels.poisson(seed, start * units // 2, kernels.STARTS, kernels.WEIGHTS, weights)
        yield weights.reshape(-1, units)
