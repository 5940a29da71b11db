"""95% intervals from a variance, or from bootstrap replicates, for few and unequal sampling units.

All of them widen with fewer units: quantiles come from Student's t with ``units - 1`` degrees of freedom, as is usual
for clustered data (Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference", section VI).
Where there is no interval (fewer than two units, no finite replicate), the bounds are NaN.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

TAIL = 0.025
"""Probability left out on each side of a 95% interval."""
FEWEST_REPLICATES = 20
"""Below this many finite replicates there is no bootstrap interval."""


class Bounds(NamedTuple):
    """A number and its 95% interval; NaN bounds mean that there is none."""

    value: float
    low: float
    high: float


def quantile(units: int, tail: float = TAIL) -> float:
    """How many standard errors an interval that leaves out ``tail`` reaches to each side; NaN for fewer than two units.

    >>> round(quantile(14), 3), round(quantile(100_000), 3)
    (2.16, 1.96)
    """
    return float(stats.t.ppf(1 - tail, units - 1)) if units > 1 else float("nan")


def shared(intervals: int) -> float:
    """The tail of each of several intervals that all hold together with 95%, however they depend on each other.

    Source: Dunn (1961), "Multiple comparisons among means", *JASA* 56, 52-64, after Bonferroni. Holm's procedure
    rejects more, but gives no intervals that can be held against a margin.

    >>> shared(1), shared(10)
    (0.025, 0.0025)
    """
    return TAIL / max(intervals, 1)


def symmetric(
    value: float, variance: float, units: int, *, least: float = -np.inf, most: float = np.inf, tail: float = TAIL
) -> Bounds:
    """The value plus and minus its standard errors, cut at ``least`` and ``most``."""
    reach = quantile(units, tail) * np.sqrt(variance)
    return Bounds(value, float(np.maximum(value - reach, least)), float(np.minimum(value + reach, most)))


def logit(value: float, variance: float, units: int, tail: float = TAIL) -> Bounds:
    """An interval for a share strictly between 0 and 1, symmetric on the logit scale, so that it never leaves (0, 1).

    Source: Pepe (2003), *The Statistical Evaluation of Medical Tests*, section 5.2.5.

    >>> [round(bound, 3) for bound in logit(0.98, 0.02**2, 100)]
    [0.98, 0.866, 0.997]
    """
    reach = quantile(units, tail) * np.sqrt(variance) / (value * (1 - value))
    middle = special.logit(value)
    return Bounds(value, float(special.expit(middle - reach)), float(special.expit(middle + reach)))


def exact(value: float, trials: int, tail: float = TAIL) -> Bounds:
    """The Clopper-Pearson interval of a share of exactly 0 or 1 seen in ``trials`` independent trials.

    >>> [round(bound, 3) for bound in exact(1.0, 10)]
    [1.0, 0.692, 1.0]
    """
    reach = tail ** (1 / trials) if trials else 0.0
    return Bounds(value, reach, 1.0) if value == 1 else Bounds(value, 0.0, 1 - reach)


def difference(a: Bounds, b: Bounds) -> Bounds:
    """The interval of ``a - b`` recovered from theirs, as if they were independent.

    Source: Zou and Donner (2008), "Construction of confidence limits about effect measures", *Statistics in Medicine*
    27, 1693-1702 (MOVER; Newcombe's method 10 for shares).
    """
    value = a.value - b.value
    low = value - np.hypot(a.value - a.low, b.high - b.value)
    high = value + np.hypot(a.high - a.value, b.value - b.low)
    return Bounds(value, float(low), float(high))


def percentile(value: float, replicates: NDArray[np.float64], units: int) -> Bounds:
    """The expanded percentile interval of bootstrap replicates.

    The plain percentile interval is too narrow for few units. Its tails are moved out to where
    ``sqrt(units / (units - 1))`` times Student's quantile would put them for normal replicates.

    Source: Hesterberg (2015), "What teachers should know about the bootstrap", *The American Statistician* 69,
    371-386, section 4.1.

    Parameters
    ----------
    replicates
        One value per resample. NaN (a resample with one class only, say) is left out.
    """
    finite = replicates[np.isfinite(replicates)]
    if units < 2 or len(finite) < FEWEST_REPLICATES or not np.isfinite(value):
        return Bounds(value, float("nan"), float("nan"))
    tail = stats.norm.cdf(-np.sqrt(units / (units - 1)) * quantile(units))
    low, high = np.quantile(finite, [tail, 1 - tail])
    return Bounds(value, float(low), float(high))


def basic(value: float, replicates: NDArray[np.float64], units: int, *, least: float, most: float) -> Bounds:
    """The `percentile` interval turned round the value, cut at ``least`` and ``most``, and never without the value.

    For numbers that noise alone moves away from "no difference", such as the largest of several differences: replicates
    then lie further out than the value, by about as much as the value lies further out than the truth.

    Source: Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 5.2.

    >>> [round(bound, 4) for bound in basic(0.02, np.linspace(0.02, 0.04, 101), 10_000, least=0, most=1)]
    [0.02, 0.0005, 0.02]
    """
    _, below, above = percentile(value, replicates, units)
    low, high = np.clip([2 * value - above, 2 * value - below], least, most)
    return Bounds(value, float(min(low, value)), float(max(high, value)))


def spread(value: float, replicates: NDArray[np.float64], units: int, *, tail: float) -> Bounds:
    """The value plus and minus standard errors of its replicates, for a tail that replicates are too few to show."""
    finite = replicates[np.isfinite(replicates)]
    if units < 2 or len(finite) < FEWEST_REPLICATES or not np.isfinite(value):
        return Bounds(value, float("nan"), float("nan"))
    return symmetric(value, float(finite.var(ddof=1)) * units / (units - 1), units, tail=tail)
