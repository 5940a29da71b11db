"""How much more a training would know of the rows that come now than the champion's training did."""

from typing import NamedTuple

import numpy as np

from evergreen.monitoring.grouped import grouped
from evergreen.records.profile import Profile
from evergreen.records.reference import Reference
from evergreen.stats.grouping import LAST

NULL = LAST.index("null") - len(LAST)
"""The position of the group of rows without a value."""


class Growth(NamedTuple):
    """Of the labelled rows like those of a window, as a share of those that the champion was fitted on; 1: twice as many."""

    column: str
    share: float


def growth(reference: Reference, window: Profile, new: Profile, *, labelled: float) -> Growth | None:
    """The feature in which the labelled rows like those of the window have grown most, and by how much.

    Rows are alike in a feature when they fall into one of its groups; those without a value in it are none of its rows, since a
    sensor that broke teaches nothing of values. A group's rows, one added, have grown by some factor;
    the geometric mean of these factors over the rows of the window counts. Where nothing has changed, every feature has grown
    as all rows have.

    Parameters
    ----------
    window
        The rows that come now, in the bins of ``reference.features``.
    new
        Rows since the champion's newest one, in the same bins.
    labelled
        The share of these that has a label, 0 to 1.

    Returns
    -------
    Growth or None
        None without rows in the window.
    """
    sample = reference.features
    if not window.rows:
        return None
    found = []
    for name, coarse in grouped(reference, "features").groups.items():
        now, known, more = (coarse.rows(side.counts[name])[:NULL] for side in (window, sample.profile, new))
        if now.sum():
            factors = np.log1p(labelled * more / (known + 1.0))
            found.append(Growth(name, float(np.expm1(np.average(factors, weights=now)))))
    return max(found, key=lambda grown: grown.share, default=None)
