"""Loops over rows that numpy has no words for, compiled once by numba.

numba takes half a second to import and a kernel a second to compile. So this module is imported by the functions that call
a kernel, and machine code is kept: beside this file, else in the user's cache, else below ``EVERGREEN_WORK_DIR``, where an
image lets nobody write elsewhere.
"""

import math
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from evergreen.core.settings import settings

P = ParamSpec("P")
R = TypeVar("R")
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

LARGEST = 12
"""No weight is larger: the chance of a Poisson(1) weight above it is below the resolution of 32 bits."""
TILE = 2048
"""Units whose columns stay in the processor's cache while all resamples are summed."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, from the cache where there is one. Sums may be taken in any fixed order."""
    decorate = cast("Any", numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}))
    try:
        return cast("Callable[P, R]", decorate(function))
    except RuntimeError:  # neither this folder nor the home directory can be written
        cast("Any", numba.config).CACHE_DIR = str(settings().work_dir / "numba")
        return cast("Callable[P, R]", decorate(function))


def _cumulative(most: int) -> NDArray[np.uint32]:
    """Where each weight of 1, 2, … begins among 32-bit numbers."""
    chances = np.array([math.exp(-1) / math.factorial(k) for k in range(most)])
    return np.minimum(np.cumsum(chances) * 2.0**32, 2.0**32 - 1).astype(np.uint32)


STARTS = _cumulative(LARGEST)


GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@compiled
def mixed(state: np.uint64) -> np.uint64:
    """64 random bits from a counter times ``GOLDEN``: the finish of SplitMix64.

    Source: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", *OOPSLA*.
    """
    state = (state ^ (state >> np.uint64(30))) * FIRST
    state = (state ^ (state >> np.uint64(27))) * SECOND
    return state ^ (state >> np.uint64(31))


@compiled
def poisson(seed: int, pair: int, starts: NDArray[np.uint32], weights: Bytes) -> None:
    """Fill with Poisson(1) weights, by inversion of 32 bits each: two at a time, which depend on seed and pair alone."""
    start = mixed(np.uint64(seed) + GOLDEN)
    for i in range((len(weights) + 1) // 2):
        bits = mixed(start + np.uint64(pair + i) * GOLDEN)
        one, other = np.uint32(bits >> np.uint64(32)), np.uint32(bits & np.uint64(0xFFFFFFFF))
        weight, weight_of_other = np.uint8(0), np.uint8(0)
        for k in range(LARGEST):
            weight += one >= starts[k]
            weight_of_other += other >= starts[k]
        weights[2 * i] = weight
        if 2 * i + 1 < len(weights):
            weights[2 * i + 1] = weight_of_other


@compiled
def roc_auc(weights: Bytes, unit: Ints, positive: Bytes, last: Bytes, areas: Floats) -> None:
    """One area per resample. Rows come in descending order; ``last`` marks the last of equal scores."""
    for r in range(len(weights)):
        above, negatives, twice = 0, 0, 0
        of_tie, not_of_tie = 0, 0
        for i in range(len(unit)):
            weight = np.int64(weights[r, unit[i]])
            of_tie += weight * positive[i]
            not_of_tie += weight * (1 - positive[i])
            if last[i]:
                twice += not_of_tie * (2 * above + of_tie)
                above += of_tie
                negatives += not_of_tie
                of_tie, not_of_tie = 0, 0
        pairs = above * negatives
        areas[r] = twice / (2.0 * pairs) if pairs else np.nan


@compiled
def average_precision(
    weights: Bytes, unit: Ints, of_positive: Ints, begins: Ints, ends: Ints, precisions: Floats
) -> None:
    """One mean precision per resample. Rows come in descending order.

    Positives of equal scores are a group: group g holds the units ``of_positive[begins[g]:begins[g + 1]]``, and the last of
    all its rows is ``ends[g]``.
    """
    called, whole = np.empty(len(unit), dtype=np.int32), len(unit) // 4 * 4
    for r in range(len(weights)):
        row, count = weights[r], np.int32(0)
        for i in range(0, whole, 4):  # four at a time, so that a sum does not wait for the one before it
            one = np.int32(row[unit[i]])
            two = one + row[unit[i + 1]]
            three = two + row[unit[i + 2]]
            called[i], called[i + 1], called[i + 2] = count + one, count + two, count + three
            count += three + row[unit[i + 3]]
            called[i + 3] = count
        for i in range(whole, len(unit)):
            count += row[unit[i]]
            called[i] = count
        found, total = 0, 0.0
        for g in range(len(ends)):
            tied = 0
            for i in range(begins[g], begins[g + 1]):
                tied += row[of_positive[i]]
            found += tied
            total += tied * (found / max(called[ends[g]], 1))
        precisions[r] = total / found if found else np.nan


@compiled
def cell_sums(weights: Bytes, unit: Ints, cell: Ints, values: Floats, sums: Floats) -> None:
    """Add the value of every entry, times the weight of its unit, to its cell: (resamples, cells)."""
    apart, whole = np.empty((4, sums.shape[1])), len(unit) // 4 * 4
    for r in range(len(weights)):
        row = weights[r]
        apart[:] = 0.0
        for e in range(0, whole, 4):  # in four sums, so that entries of one cell do not wait for each other
            apart[0, cell[e]] += row[unit[e]] * values[e]
            apart[1, cell[e + 1]] += row[unit[e + 1]] * values[e + 1]
            apart[2, cell[e + 2]] += row[unit[e + 2]] * values[e + 2]
            apart[3, cell[e + 3]] += row[unit[e + 3]] * values[e + 3]
        for e in range(whole, len(unit)):
            apart[0, cell[e]] += row[unit[e]] * values[e]
        for c in range(sums.shape[1]):
            sums[r, c] += (apart[0, c] + apart[1, c]) + (apart[2, c] + apart[3, c])


@compiled
def unit_sums(weights: Bytes, columns: Floats, sums: Floats) -> None:
    """Weighted sums over the units, (resamples, columns), of ``columns``, (columns, units)."""
    tile = np.empty(TILE)
    for first in range(0, columns.shape[1], TILE):
        end = min(first + TILE, columns.shape[1])
        for r in range(len(weights)):
            for u in range(end - first):
                tile[u] = weights[r, first + u]
            for c in range(len(columns)):
                column, total = columns[c, first:end], 0.0
                for u in range(len(column)):
                    total += tile[u] * column[u]
                sums[r, c] += total
