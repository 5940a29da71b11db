"""Coarse groups of fine bins, of about equal reference mass: what index numbers such as PSI are computed on.

With 1,024 bins and a window of a thousand rows an index would be noise: for two samples of n and m rows of one
distribution, the expected PSI is about (groups - 1) * (1/n + 1/m).

Source: Yurdakul and Naranjo (2020), "Statistical properties of the population stability index", *Journal of Risk Model
Validation* 14(4). Twenty groups of equal size are where the classing of scorecards begins: Siddiqi (2006), *Credit Risk
Scorecards*, chapter 6.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evergreen.records.profile import ColumnBins, Counts

GROUPS = 20
RARE = 0.01
"""A category, or a gap between frequent values, with a smaller share of the reference is not a group of its own."""
LAST = ("rare", "new", "null")
"""The last three groups of every column: what is rare in the reference, what the layout does not know, no value."""

Ints = NDArray[np.int64]
Groups = NDArray[np.intp]


class Grouping(NamedTuple):
    """The group of each bin.

    Attributes
    ----------
    of_bin
        Per bin, the position of its group in ``labels``.
    labels
        At most ``groups`` labels, in the order of the values or by frequency, and `LAST`.
    """

    of_bin: Groups
    labels: tuple[str, ...]

    def rows(self, counts: Counts) -> Ints:
        """Rows in each group."""
        found = np.zeros(len(self.labels), dtype=np.int64)
        np.add.at(found, self.of_bin, counts.bins)
        found[-2:] = sum(counts.new.values()), counts.nulls
        return found


def grouping(column: ColumnBins, reference: Counts, groups: int = GROUPS) -> Grouping:
    """The groups of a column, which depend on its bins and the reference alone.

    Numeric: a bin that holds ``1/groups`` of the reference or more (a value that repeats) is a group; the bins between two
    such are cut into groups of about equal mass, or are rare. Categorical: each of the ``groups`` most frequent
    categories is a group, the others are rare.

    Parameters
    ----------
    groups
        At most so many, and `LAST`.

    Examples
    --------
    >>> column = ColumnBins(name="rain", kind="numeric", edges=(0.0, 5e-324, 1.0, 2.0))
    >>> found = grouping(column, Counts(bins=np.array([0, 80, 10, 5, 5]), nulls=7), groups=4)
    >>> found.labels
    ('0', 'above 0', 'rare', 'new', 'null')
    >>> found.rows(Counts(bins=np.array([1, 2, 0, 0, 3])))
    array([2, 3, 1, 0, 0])
    """
    of_bin = _numeric(reference.bins, groups) if column.kind == "numeric" else _categorical(column, reference, groups)
    found = np.unique(of_bin[of_bin >= 0])
    of_bin = np.where(of_bin >= 0, np.searchsorted(found, of_bin), len(found))
    label = _interval if column.kind == "numeric" else _category
    return Grouping(of_bin, (*(label(column, np.flatnonzero(of_bin == g)) for g in range(len(found))), *LAST))


def _categorical(column: ColumnBins, reference: Counts, groups: int) -> Groups:
    """Groups by falling frequency, -1 for the rare."""
    known = reference.bins[: len(column.categories)]
    order = np.argsort(-known, kind="stable")[:groups]
    order = order[known[order] >= max(RARE * reference.bins.sum(), 1)]
    of_bin = np.full(len(reference.bins), -1, dtype=np.intp)
    of_bin[order] = np.arange(len(order))
    return of_bin


def _numeric(rows: Ints, groups: int) -> Groups:
    """Groups by value, with gaps in their numbers, -1 for the rare."""
    total = rows.sum()
    of_bin = np.full(len(rows), -1, dtype=np.intp)
    frequent = rows * groups >= max(total, 1)
    stretch = np.cumsum(frequent) * 2 + ~frequent  # one number for each frequent bin, and for the bins between two
    mass = np.bincount(stretch, weights=rows)
    between = np.unique(stretch[~frequent])
    kept = between[mass[between] >= max(RARE * total, 1)]
    kept = kept[np.argsort(-mass[kept], kind="stable")][: groups - int(frequent.sum())]
    spare = groups - int(frequent.sum()) - len(kept)
    of_bin[frequent] = stretch[frequent] * groups
    for number in kept:
        at = np.flatnonzero(stretch == number)
        pieces = max(1, min(1 + int(spare * mass[number] / mass[kept].sum()), round(mass[number] * groups / total)))
        middle = np.cumsum(rows[at]) - rows[at] / 2
        of_bin[at] = number * groups + np.minimum(pieces * middle / mass[number], pieces - 1).astype(np.intp)
    return of_bin


def _category(column: ColumnBins, bins: Groups) -> str:
    return column.categories[int(bins[0])]


def _interval(column: ColumnBins, bins: Groups) -> str:
    """What the values of adjacent bins have in common."""
    edges, first, last = column.edges, int(bins[0]), int(bins[-1])
    if not edges:
        return "any"
    low = edges[first - 1] if first else -math.inf
    high = edges[last] if last < len(edges) else math.inf
    if high == math.nextafter(low, math.inf):
        return f"{low:.6g}"
    after_value = first > 1 and low == math.nextafter(edges[first - 2], math.inf)
    begins = f"above {edges[first - 2]:.6g}" if after_value else f"{low:.6g}"
    if math.isinf(high):
        return begins if after_value else f"{begins} and above"
    return f"below {high:.6g}" if math.isinf(low) else f"{begins} to {high:.6g}"
