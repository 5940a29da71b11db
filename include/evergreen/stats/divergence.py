"""How far two distributions lie apart, from rows per bin. All are 0 for two equal distributions.

Counts come on the same bins, reference first; see `grouping` for bins that suit them. Without a row on one side there is
no distance: NaN.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Counts = NDArray[np.int64] | Floats
"""Rows, or numbers in proportion to them."""

FLOOR = 1e-4
"""The share that an empty bin is given in a logarithm: one row in 10,000. Evidently's own, so that numbers compare."""


class ChiSquared(NamedTuple):
    """Pearson's statistic, its degrees of freedom and the chance of a larger one; 0, 0 and 1 with nothing to compare."""

    statistic: float
    freedom: int
    p: float


def shares(counts: Counts) -> Floats:
    """Counts as shares of 1; NaN where there is no row."""
    total = counts.sum()
    return counts / total if total else np.full(len(counts), np.nan)


def psi(reference: Counts, current: Counts, floor: float = FLOOR) -> float:
    """The population stability index, the sum of ``(q - p) * log(q / p)``, where a share of 0 counts as ``floor``.

    By convention below 0.1 nothing moved, and from 0.25 the population is another one. It never falls below 0.

    Source: Siddiqi (2006), *Credit Risk Scorecards*, chapter 9; the symmetric divergence J of Jeffreys (1946).

    >>> round(psi(np.array([50, 50]), np.array([60, 40])), 4)
    0.0405
    """
    p, q = _floored(reference, floor), _floored(current, floor)
    return float(((q - p) * np.log(q / p)).sum())


def kullback_leibler(reference: Counts, current: Counts, floor: float = FLOOR) -> float:
    """The divergence of current from reference, the sum of ``q * log(q / p)`` in nats, where a p of 0 counts as ``floor``.

    It is at least 0 but for what the floor adds.

    Source: Kullback and Leibler (1951), "On information and sufficiency", *Annals of Mathematical Statistics* 22.

    >>> round(kullback_leibler(np.array([50, 50]), np.array([100, 0])), 4)
    0.6931
    """
    p, q = _floored(reference, floor), shares(current)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(q == 0, 0.0, q * np.log(q / p))
    return float(terms.sum())


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """The Jensen-Shannon divergence in bits: from 0 to 1, which is reached when no bin has rows of both.

    Source: Lin (1991), "Divergence measures based on the Shannon entropy", *IEEE Transactions on Information Theory* 37.

    >>> jensen_shannon(np.array([10, 0]), np.array([0, 3])), round(jensen_shannon(np.array([1, 1]), np.array([3, 1])), 4)
    (1.0, 0.0488)
    """
    p, q = shares(reference), shares(current)
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.where(share == 0, 0.0, share * np.log2(share / middle)) for share in (p, q)]
    return (
        float(min(max(sum(each.sum() for each in terms) / 2, 0.0), 1.0)) if np.isfinite(p + q).all() else float("nan")
    )


def jensen_shannon_distance(reference: Counts, current: Counts) -> float:
    """The square root of `jensen_shannon`, which is a metric: from 0 to 1.

    Source: Endres and Schindelin (2003), "A new metric for probability distributions", *IEEE Transactions on Information
    Theory* 49.
    """
    return float(np.sqrt(jensen_shannon(reference, current)))


def chi_squared(reference: Counts, current: Counts) -> ChiSquared:
    """Pearson's test of whether both have one distribution, without Yates' correction; bins without rows are left out.

    Rows must be independent for its p to mean what it says. As ``scipy.stats.chi2_contingency``, which takes a millisecond.

    Source: Pearson (1900), "On the criterion that a given system of deviations …", *Philosophical Magazine* 50.

    >>> found = chi_squared(np.array([50, 50, 0]), np.array([60, 40, 0]))
    >>> round(found.statistic, 4), found.freedom, round(found.p, 4)
    (2.0202, 1, 0.1552)
    """
    table = np.stack([reference, current])[:, (reference + current) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return ChiSquared(0.0, 0, 1.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic, freedom = float(((table - expected) ** 2 / expected).sum()), table.shape[1] - 1
    return ChiSquared(statistic, freedom, float(special.chdtrc(freedom, statistic)))


def _floored(counts: Counts, floor: float) -> Floats:
    share = shares(counts)
    return np.where(share == 0, floor, share)
