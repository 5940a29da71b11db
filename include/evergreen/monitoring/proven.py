"""What is left of a column's statistics when only what is more than chance counts."""

from collections.abc import Collection

import numpy as np

from evergreen.monitoring.distance import Distance
from evergreen.stats import divergence
from evergreen.stats.divergence import Counts, Floats


def proven(here: Distance, reference: Counts, current: Counts, sure: Collection[str]) -> dict[str, float]:
    """The statistics of `evergreen.spec.watching.Statistic` of a window in which what may be chance is as in the reference.

    A single null where there was none is no chance, and moves no index by more than itself: beside it the values may differ
    by as much as they always do.

    Parameters
    ----------
    reference, current
        Rows in each group; new categories and nulls are the last two.
    sure
        Those of `evergreen.stats.blocks.ASPECTS` that differ by more than chance.
    """
    found = {
        "null_rate": abs(here.null_rate - here.reference_null_rate) if "nulls" in sure else 0.0,
        "new_share": here.new_share if "new" in sure else 0.0,
    }
    if here.ks_low is not None and here.wasserstein is not None and "distribution" in sure:
        found |= {"ks": here.ks_low, "wasserstein": here.wasserstein}
    if here.psi is None:
        return found
    known = restored(reference, current, sure)
    return found | {
        "psi": divergence.psi(reference, known),
        "jensen_shannon": divergence.jensen_shannon_distance(reference, known),
        "kullback_leibler": divergence.kullback_leibler(reference, known),
    }


def restored(reference: Counts, current: Counts, sure: Collection[str]) -> Floats:
    """Shares of the window by group, but for the aspects that are ``sure`` those of the reference; both sides have values.

    >>> restored(np.array([50.0, 50, 0, 0]), np.array([20.0, 60, 0, 20]), {"nulls"}).tolist()
    [0.4, 0.4, 0.0, 0.2]
    >>> restored(np.array([50.0, 50, 0, 0]), np.array([20.0, 60, 0, 20]), {"distribution"}).tolist()
    [0.25, 0.75, 0.0, 0.0]
    """
    nulls, new = (current if "nulls" in sure else reference), (current if "new" in sure else reference)
    values = current if "distribution" in sure and current[:-2].any() else reference
    null, strange = nulls[-1] / nulls.sum(), new[-2] / new[:-1].sum()
    known = (1 - null) * (1 - strange) * values[:-2] / values[:-2].sum()
    found: Floats = np.append(known, [(1 - null) * strange, null])
    return found
