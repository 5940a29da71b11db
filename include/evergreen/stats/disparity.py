"""How differently groups are decided on, from counts, for many resamples at once. Definitions are fairlearn's.

Source: Weerts et al. (2023), "Fairlearn: assessing and improving fairness of AI systems", *JMLR* 24(257), 1-8.
"""

from typing import NamedTuple

import numpy as np

from evergreen.stats.bootstrap import Floats

CELLS = 4
"""Of one group: outcome and decision, each unfavourable or favourable; decision counts 1, outcome 2."""


class Rates(NamedTuple):
    """Per resample and group, (resamples, groups); NaN where no row says."""

    selection: Floats
    true_positive: Floats
    false_positive: Floats


def rates(counts: Floats) -> Rates:
    """The rates of groups.

    Parameters
    ----------
    counts
        (resamples, groups * CELLS) rows.

    Examples
    --------
    >>> [rate.tolist() for rate in rates(np.array([[6.0, 2.0, 1.0, 3.0]]))]
    [[[0.4166666666666667]], [[0.75]], [[0.25]]]
    """
    cells = counts.reshape(len(counts), -1, CELLS)
    with np.errstate(invalid="ignore"):
        return Rates(
            selection=(cells[:, :, 1] + cells[:, :, 3]) / cells.sum(axis=2),
            true_positive=cells[:, :, 3] / (cells[:, :, 2] + cells[:, :, 3]),
            false_positive=cells[:, :, 1] / (cells[:, :, 0] + cells[:, :, 1]),
        )


def demographic_parity_difference(found: Rates) -> Floats:
    """Largest minus smallest selection rate: 0 means that all groups are selected equally often."""
    return _difference(found.selection)


def equalized_odds_difference(found: Rates) -> Floats:
    """The larger of the differences in true and in false positive rates: 0 means that groups are told apart equally well."""
    both: Floats = np.fmax(_difference(found.true_positive), _difference(found.false_positive))
    return both


def disparate_impact_ratio(found: Rates) -> Floats:
    """Smallest over largest selection rate: 1 means equal, below 0.8 fails the four-fifths rule. NaN if none is selected.

    Source: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978).
    """
    with np.errstate(invalid="ignore"):
        ratio: Floats = np.fmin.reduce(found.selection, axis=1) / np.fmax.reduce(found.selection, axis=1)
    return ratio


def _difference(rate: Floats) -> Floats:
    difference: Floats = np.fmax.reduce(rate, axis=1) - np.fmin.reduce(rate, axis=1)
    return difference
