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
Indices = NDArray[np.uint32]
"""Without a sign, so that no loop looks for indices from the end."""
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

LARGEST = 12
"""No weight is larger: the chance of a Poisson(1) weight above it is below the resolution of 32 bits."""
TILE = 2048
"""Units whose numbers stay in the processor's cache while they are summed."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, from the cache where there is one. Sums may be taken in any fixed order."""
    return _cached(function, {"reassoc", "contract"})


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, but every operation is rounded as numpy rounds it."""
    return _cached(function, set())


def _cached(function: Callable[P, R], liberties: set[str]) -> Callable[P, R]:
    decorate = cast("Any", numba.njit(cache=True, nogil=True, fastmath=liberties))
    try:
        return cast("Callable[P, R]", decorate(function))
    except RuntimeError:  # neither this folder nor the home directory can be written
        cast("Any", numba.config).CACHE_DIR = str(settings().work_dir / "numba")
        return cast("Callable[P, R]", decorate(function))


def _cumulative(most: int) -> NDArray[np.uint32]:
    """Where each weight of 1, 2, … begins among 32-bit numbers."""
    chances = np.array([math.exp(-1) / math.factorial(k) for k in range(most)])
    return np.minimum(np.cumsum(chances) * 2.0**32, 2.0**32 - 1).astype(np.uint32)


def _leading(starts: NDArray[np.uint32]) -> Bytes:
    """The weight of all 32-bit numbers that share their `LEADING` first bits, `UNSURE` where another one begins among them."""
    first = np.arange(1 << LEADING, dtype=np.uint32) << np.uint32(32 - LEADING)
    last = first + np.uint32((1 << (32 - LEADING)) - 1)
    least, most = (np.searchsorted(starts, numbers, side="right") for numbers in (first, last))
    return np.where(least == most, least, UNSURE).astype(np.uint8)


STARTS = _cumulative(LARGEST)
LEADING = 12
"""A table of 4 KB stays in the processor's nearest cache, and answers for all but one number in 500."""
UNSURE = 255
WEIGHTS = _leading(STARTS)


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
def poisson(seed: int, pair: int, starts: NDArray[np.uint32], table: Bytes, weights: Bytes) -> None:
    """Fill with Poisson(1) weights, by inversion of 32 bits each: two at a time, which depend on seed and pair alone."""
    start, rest = mixed(np.uint64(seed) + GOLDEN), np.uint32(32 - LEADING)
    for i in range((len(weights) + 1) // 2):
        bits = mixed(start + np.uint64(pair + i) * GOLDEN)
        one, other = np.uint32(bits >> np.uint64(32)), np.uint32(bits & np.uint64(0xFFFFFFFF))
        weight, weight_of_other = table[one >> rest], table[other >> rest]
        if max(weight, weight_of_other) == UNSURE:
            weight, weight_of_other = np.uint8(0), np.uint8(0)
            for k in range(LARGEST):
                weight += one >= starts[k]
                weight_of_other += other >= starts[k]
        weights[2 * i] = weight
        if 2 * i + 1 < len(weights):
            weights[2 * i + 1] = weight_of_other


@compiled
def roc_auc(weights: Bytes, unit: Indices, positive: Bytes, last: Bytes, areas: Floats) -> None:
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
def running(weights: Bytes, unit: Indices, sums: NDArray[np.int32]) -> None:
    """The sums of the weights of the first 1, 2, … of the units."""
    total, whole = np.int32(0), len(unit) // 4 * 4
    for i in range(0, whole, 4):  # four at a time, so that a sum does not wait for the one before it
        one = np.int32(weights[unit[i]])
        two = one + weights[unit[i + 1]]
        three = two + weights[unit[i + 2]]
        sums[i], sums[i + 1], sums[i + 2] = total + one, total + two, total + three
        total += three + weights[unit[i + 3]]
        sums[i + 3] = total
    for i in range(whole, len(unit)):
        total += weights[unit[i]]
        sums[i] = total


@compiled
def average_precision(
    weights: Bytes, unit: Indices, of_positive: Indices, lasts: Indices, ends: Indices, precisions: Floats
) -> None:
    """One mean precision per resample. Rows come in descending order, and so do the positives among them.

    Positives of equal scores are a group: the last of group g is ``of_positive[lasts[g]]``, and the last of all rows with
    its score is ``unit[ends[g]]``.
    """
    called, hits = np.empty(len(unit), dtype=np.int32), np.empty(len(of_positive), dtype=np.int32)
    for r in range(len(weights)):
        running(weights[r], unit, called)
        running(weights[r], of_positive, hits)
        before, total = 0, 0.0
        for g in range(len(ends)):
            found = hits[lasts[g]]
            total += (found - before) * (found / max(called[ends[g]], 1))
            before = found
        precisions[r] = total / before if before else np.nan


@compiled
def cell_sums(weights: Bytes, unit: Indices, begins: Indices, values: Floats, sums: Floats) -> None:
    """Add the value of every entry, times the weight of its unit, to its cell: (resamples, cells).

    Cell c has the entries ``begins[c] … begins[c + 1] - 1``.
    """
    tile = np.empty(TILE)
    for r in range(len(weights)):
        row = weights[r]
        for c in range(sums.shape[1]):
            for first in range(begins[c], begins[c + 1], TILE):
                units, column, total = unit[first : begins[c + 1]], values[first : begins[c + 1]], 0.0
                count = min(TILE, len(units))
                for e in range(count):  # weights are collected first: then the sum takes several at a time
                    tile[e] = row[units[e]]
                for e in range(count):
                    total += tile[e] * column[e]
                sums[r, c] += total


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
