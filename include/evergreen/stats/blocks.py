"""How far a window lies from its reference by chance alone, when rows of one sampling unit move together.

Rows of one day share the weather: a test that takes rows for independent calls almost every window of real data
different. So both sides are drawn again from blocks of the reference, as many units as the window has for the window and
all of them for the reference, and the distances of such pairs are what chance gives. Three distances are looked at for each
column: of its values, of its share of new categories and of its share of nulls.

Sources
-------
Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 4.4: two samples under the null hypothesis.
Rao and Scott (1981), "The analysis of categorical data from complex sample surveys", *JASA* 76, 221-230: Pearson's
statistic of clustered counts.
Satterthwaite (1946), "An approximate distribution of estimates of variance components", *Biometrics Bulletin* 2, 110-114.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evergreen.stats.chance import Chance, Floats

ASPECTS = ("distribution", "new", "nulls")
"""What is looked at in each column, in the order of the distances."""
DRAWS = 1_999
BATCH = 64
"""Draws that are held at once: what fits the processor's cache."""
FULL = 0.9
"""A window with a smaller share of the rows that its units have in the reference has more noise than its blocks show."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Rows of the reference by block and group, the groups of all columns side by side.

    Attributes
    ----------
    widths
        Number of groups of each column; the last two of each are new categories and nulls.
    rows
        (groups,): of the whole reference.
    counts
        (blocks, groups): each block holds whole sampling units; None where rows are the unit.
    units
        Sampling units of the reference: as many as blocks, or more where a block holds several; rows where they are the unit.
    """

    widths: tuple[int, ...]
    rows: Floats
    counts: Floats | None
    units: int

    @cached_property
    def ends(self) -> NDArray[np.intp]:
        """The last group of each column."""
        return np.cumsum(self.widths) - 1

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which groups are neither new nor null."""
        marks = np.ones(int(self.ends[-1]) + 1, dtype=bool)
        marks[self.ends] = marks[self.ends - 1] = False
        return marks

    @cached_property
    def expected(self) -> Floats:
        """Shares in the reference: of known groups among them, else among all. Half a row more each, so that none is 0."""
        rows = self.rows + 0.5
        among = np.where(self.known, self.totals(rows * self.known), self.totals(rows))
        found: Floats = rows / among
        return found

    def sums(self, groups: Floats) -> Floats:
        """(…, groups) to (…, columns): over the groups of each column."""
        starts = np.concatenate([[0], self.ends[:-1] + 1])
        found: Floats = np.add.reduceat(groups, starts, axis=-1)
        return found

    def totals(self, groups: Floats) -> Floats:
        """The same, once for every group of the column."""
        return np.repeat(self.sums(groups), self.widths, axis=-1)


def distances(blocks: Blocks, current: Floats, reference: Floats) -> Floats:
    """Pearson's distances between shares, (…, 3 x columns): the first aspect of every column, then the next.

    Parameters
    ----------
    current, reference
        (…, groups): numbers in proportion to rows. A column without rows is at distance 0.

    Examples
    --------
    >>> blocks = Blocks(widths=(4,), rows=np.array([50.0, 50, 0, 0]), counts=None, units=100)
    >>> distances(blocks, np.array([60.0, 40, 0, 0]), blocks.rows).round(3)
    array([0.04, 0.  , 0.  ])
    """
    values = blocks.sums(_apart(blocks, current * blocks.known, reference * blocks.known))
    rest = _apart(blocks, current, reference)
    return np.concatenate([values, rest[..., blocks.ends - 1], rest[..., blocks.ends]], axis=-1)


def _apart(blocks: Blocks, current: Floats, reference: Floats) -> Floats:
    """Squared differences of the shares of each group, in units of what is expected; 0 where a side is empty."""
    totals = [blocks.totals(side) for side in (current, reference)]
    some = (totals[0] > 0) & (totals[1] > 0)
    here, there = (side / np.where(some, total, 1.0) for side, total in zip((current, reference), totals, strict=True))
    found: Floats = np.where(some, (here - there) ** 2 / blocks.expected, 0.0)
    return found


def chance(blocks: Blocks, *, units: int, rows: int, seed: int, draws: int = DRAWS) -> Chance:
    """The `distances` of windows of so many units and rows, when nothing has changed.

    Parameters
    ----------
    units, rows
        Of the window. Rows beyond what such units have in the reference are of no use; where there are fewer, the draws
        have the noise of few rows on top. Where rows are the unit, ``rows`` alone counts.

    Examples
    --------
    >>> blocks = Blocks(widths=(4,), rows=np.array([500.0, 500, 0, 0]), counts=None, units=1_000)
    >>> null = chance(blocks, units=100, rows=100, seed=0)
    >>> bool(null.p_values(distances(blocks, np.array([50.0, 50, 0, 0]), blocks.rows))[0] > 0.9)
    True
    """
    random, freedom = np.random.default_rng(seed), _freedom(blocks)
    sizes = [min(BATCH, draws - done) for done in range(0, draws, BATCH)]
    pairs = (_pair(random, blocks, units, rows, size) for size in sizes)
    with threadpool_limits(limits=1):  # products this small are slower on several threads
        found = np.concatenate([distances(blocks, here, there) for here, there in pairs])
    return Chance(np.sort(found, axis=0), freedom)


def _pair(random: np.random.Generator, blocks: Blocks, units: int, rows: int, draws: int) -> tuple[Floats, Floats]:
    """Windows and references of one distribution, (draws, groups) each."""
    if blocks.counts is None:
        here, there = (_rows(random, blocks, blocks.rows, number, draws) for number in (rows, blocks.units))
        return here, there
    here, there = (
        _units(random, blocks, blocks.counts, units, draws),
        _drawn(random, blocks.counts, len(blocks.counts), draws),
    )
    full = float(blocks.sums(blocks.rows).max()) * units / blocks.units
    if rows < FULL * full:
        here = _rows(random, blocks, here, 1 / (1 / rows - 1 / full), draws)
    return here, there


def _units(random: np.random.Generator, blocks: Blocks, counts: Floats, units: int, draws: int) -> Floats:
    """Windows of so many units. Blocks of several units are all drawn, and their deviations scaled to the units' number."""
    if len(counts) == blocks.units:
        return _drawn(random, counts, units, draws)
    drawn = _drawn(random, counts, len(counts), draws)
    drawn *= blocks.rows.sum() / np.maximum(drawn.sum(axis=1, keepdims=True), 1.0)
    found: Floats = np.maximum(blocks.rows + (drawn - blocks.rows) * np.sqrt(blocks.units / units), 0.0)
    return found


def _drawn(random: np.random.Generator, counts: Floats, number: int, draws: int) -> Floats:
    """Sums over so many blocks, with replacement, (draws, groups)."""
    chosen = random.integers(0, len(counts), (draws, number)) + len(counts) * np.arange(draws)[:, None]
    weights = np.bincount(chosen.ravel(), minlength=draws * len(counts)).reshape(draws, -1)
    found: Floats = weights.astype(np.float64) @ counts
    return found


def _rows(random: np.random.Generator, blocks: Blocks, groups: Floats, rows: float, draws: int) -> Floats:
    """Independent rows in proportion to ``groups``, about so many for each column, (draws, groups)."""
    shares = groups / np.maximum(blocks.totals(groups), 1.0)
    found: Floats = random.poisson(shares * rows, size=(draws, len(blocks.rows))).astype(np.float64)
    return found


def _freedom(blocks: Blocks) -> Floats:
    """Degrees of freedom of the variance between blocks behind each distance; fewer where single blocks stand out."""
    if (counts := blocks.counts) is None:
        return np.array(max(blocks.units - 1.0, 1.0))
    number = len(counts)
    known = counts * blocks.known
    values = blocks.sums(_residuals(blocks, known, blocks.rows * blocks.known))
    rest = _residuals(blocks, counts, blocks.rows)
    parts = np.concatenate([values, rest[:, blocks.ends - 1], rest[:, blocks.ends]], axis=1)
    mean, variance = parts.mean(axis=0), parts.var(axis=0)
    freedom = 2 * number * mean**2 / np.where(variance > 0, variance, 1.0)
    found: Floats = np.clip(np.where(variance > 0, freedom, number - 1.0), 1.0, max(number - 1.0, 1.0))
    return found


def _residuals(blocks: Blocks, counts: Floats, rows: Floats) -> Floats:
    """What each block adds to the distances: squared differences from the rows that shares of the reference give it."""
    shares = rows / np.maximum(blocks.totals(rows), 1.0)
    found: Floats = (counts - shares * blocks.totals(counts)) ** 2 / blocks.expected
    return found
