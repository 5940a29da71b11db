"""Sums over the cells of a partition of the rows (bins of a score, groups of people) under weights of units."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats, Units, Weights


def cell_sums(cell: NDArray[np.intp], values: Floats, units: Units, *, cells: int) -> Callable[[Weights], Floats]:
    """A function from weights of units to the weighted sums of the values in each cell, (resamples, cells).

    Rows of one unit and cell are summed once; a resample then costs one step for each pair of unit and cell that occurs.

    Parameters
    ----------
    cell
        n integers in ``0 … cells - 1``.
    values
        n numbers.
    units
        n integers from 0.

    Examples
    --------
    >>> sums = cell_sums(np.array([0, 1, 1]), np.ones(3), np.array([0, 0, 1]), cells=2)
    >>> sums(np.array([[1, 1], [0, 3]], dtype=np.uint8))
    array([[1., 2.],
           [0., 3.]])
    """
    from evergreen.stats import kernels

    count = int(units.max(initial=0)) + 1
    pairs, of_row = np.unique(cell * count + units, return_inverse=True)
    summed: Floats = np.bincount(of_row, weights=values).astype(np.float64)
    begins = np.searchsorted(pairs, np.arange(cells + 1) * count).astype(np.uint32)
    unit = (pairs % count).astype(np.uint32)

    def sums(weights: Weights) -> Floats:
        found = np.zeros((len(weights), cells))
        kernels.cell_sums(weights, unit, begins, summed, found)
        return found

    return sums
