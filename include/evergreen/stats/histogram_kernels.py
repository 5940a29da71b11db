"""The loop over values that puts each into its bin, compiled."""

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.kernels import exactly

Ints = NDArray[np.int64]
Starts = NDArray[np.int32]
Floats = NDArray[np.float64]
Bits = NDArray[np.uint8]


@exactly
def count(values: Floats, edges: Floats, starts: Starts, low: float, high: float, scale: float, found: Ints) -> None:
    """Add the values to ``found``: one more in its bin for each, in the last place for NaN.

    The cell of a value grows with it: 0 below ``low``, then steps of ``1 / scale``, and the last one from ``high`` on.
    ``starts[c]`` is the number of edges whose cells are below c. An edge of a lower cell so lies below the value and one of
    a higher cell above it: only edges of the same cell are looked at, mostly one or none. ``edges`` ends with an infinite
    one, which no bin follows.
    """
    most, last = len(edges) - 1, len(starts) - 2
    for i in range(len(values)):
        value = np.float64(values[i])
        if value >= high:
            cell = np.int64(last)
        elif value >= low:
            cell = np.int64((value - low) * scale) + np.int64(1)
        elif value == value:  # noqa: PLR0124 (NaN is what differs from itself)
            cell = np.int64(0)
        else:
            found[most + 1] += 1
            continue
        b, end = np.int64(starts[cell]), np.int64(starts[cell + 1])
        if end - b == 1:
            b += np.int64(edges[b] <= value)  # no branch that a processor could foresee wrongly
            end = b
        while b < end:
            middle = (b + end) >> 1
            if edges[middle] <= value:
                b = middle + 1
            else:
                end = middle
        found[b] += 1


@exactly
def nulls_as_nan(values: Floats, bits: Bits, offset: int, filled: Floats) -> None:
    """Copy values, with NaN for those whose bit of Arrow's validity bitmap is 0."""
    for i in range(len(values)):
        at = i + offset
        valid = (bits[at >> 3] >> (at & 7)) & 1
        filled[i] = np.float64(values[i]) if valid else np.nan
