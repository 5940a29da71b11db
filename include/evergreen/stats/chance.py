"""From distances that chance gives to p-values, also far beyond what draws can show.

Beyond the 90th percentile of the draws a generalised Pareto tail continues them: thousands of draws cannot show a chance of
one in a hundred thousand, which a correction for fifty columns asks for. And a reference of few sampling units does not know
its own spread exactly: tails are moved out to where Student's distribution has them.

Sources
-------
Knijnenburg, Wessels, Reinders and Shmulevich (2009), "Fewer permutations, more accurate p-values", *Bioinformatics* 25,
i161-i168; Hosking and Wallis (1987), "Parameter and quantile estimation for the generalized Pareto distribution",
*Technometrics* 29, 339-349: its moments.
Hesterberg (2015), "What teachers should know about the bootstrap", *The American Statistician* 69, 371-386, section 4.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

TAIL_FROM = 0.9
HEAVIEST = 0.5
"""Shape of the heaviest tail; beyond it a Pareto tail has no variance."""
LEAST_P = 1e-12
"""No p-value is smaller: so far out nothing is known."""


@dataclass(frozen=True, eq=False)
class Chance:
    """Draws of several statistics that are large where something differs.

    Attributes
    ----------
    draws
        (draws, statistics), each column in ascending order.
    freedom
        (statistics,): degrees of freedom of the spread that the draws show.

    Examples
    --------
    >>> chance = Chance(draws=np.linspace(0, 1, 999)[:, None], freedom=np.array([1e6]))
    >>> chance.p_values(np.array([0.5])).round(2), bool(chance.p_values(np.array([9.0]))[0] < 1e-9)
    (array([0.5]), True)
    """

    draws: Floats
    freedom: Floats

    def p_values(self, observed: Floats) -> Floats:
        """For each statistic the chance of one as large, between `LEAST_P` and 1."""
        count = len(self.draws)
        shown = (1 + (self.draws >= observed).sum(axis=0)) / (1 + count)
        begin = int(TAIL_FROM * count)
        start = self.draws[begin]
        beyond = (1 - TAIL_FROM) * _tail(self.draws[begin + 1 :] - start, observed - start)
        return _widened(np.clip(np.where(observed > start, beyond, shown), LEAST_P, 1.0), self.freedom)


def _tail(excesses: Floats, excess: Floats) -> Floats:
    """The share of a Pareto tail beyond ``excess``; it is exponential where the draws' own is lighter."""
    mean, variance = excesses.mean(axis=0), excesses.var(axis=0)
    some = mean > 0
    mean, variance = np.where(some, mean, 1.0), np.where(variance > 0, variance, 1.0)
    shape = np.clip((1 - mean**2 / variance) / 2, 1e-6, HEAVIEST)
    scale = mean * (1 - shape)
    share: Floats = (1 + shape * np.maximum(excess, 0.0) / scale) ** (-1 / shape)
    return np.where(some, share, 0.0)


def _widened(chance: Floats, freedom: Floats) -> Floats:
    reach = stats.norm.isf(chance / 2) * np.sqrt(freedom / (freedom + 1))
    widened: Floats = np.clip(2 * stats.t.sf(reach, freedom), LEAST_P, 1.0)
    return widened
