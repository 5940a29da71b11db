"""Which differences between a window and the reference are more than sampling units differ by anyway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from evergreen.monitoring.grouped import grouped
from evergreen.records.profile import Counts
from evergreen.records.reference import Reference, Sample
from evergreen.stats import blocks
from evergreen.stats.blocks import ASPECTS, FULL, Blocks
from evergreen.stats.chance import Chance, Floats
from evergreen.stats.grouping import Grouping

SEED_DIGITS = 12
"""Hexadecimal digits of a reference's digest that seed the draws."""
REMEMBERED = 32
"""Sets of draws, of about a megabyte each, that a process keeps."""
PValues = dict[tuple[str, str], float]
"""By column and aspect."""


@dataclass(frozen=True)
class Window:
    """The size of a window, by which its draws are found again."""

    digest: str
    sample: str
    units: int
    rows: int
    blocks: Blocks = field(compare=False)


def p_values(reference: Reference, part: str, current: Mapping[str, Counts], *, units: int | None) -> PValues:
    """The chance of as large a difference when nothing has changed, of each aspect that can be compared.

    Parameters
    ----------
    part
        One of `evergreen.records.reference.SAMPLES`.
    units
        Sampling units in the window; None where rows are the unit.
    """
    sample: Sample = getattr(reference, part)
    columns = [c for c in sample.layout.columns if c.name in current and current[c.name].values + current[c.name].nulls]
    if not columns:
        return {}
    groups, here = grouped(reference, part)
    now = np.concatenate([_rows(groups[c.name], current.get(c.name)) for c in sample.layout.columns])
    rows = max(current[c.name].values + current[c.name].nulls for c in columns)
    draws = _chance(_size(reference, part, here, units, rows))
    found = draws.p_values(blocks.distances(here, now, here.rows)).reshape(len(ASPECTS), -1)
    names = [c.name for c in sample.layout.columns]
    return {
        (column.name, aspect): float(found[number, names.index(column.name)])
        for column in columns
        for number, aspect in enumerate(ASPECTS)
        if aspect in _comparable(column.kind, column.buckets, sample.profile.counts[column.name], current[column.name])
    }


def _comparable(kind: str, buckets: int, reference: Counts, current: Counts) -> tuple[str, ...]:
    if not reference.values or not current.values:
        return ("nulls",)
    return ASPECTS if kind == "categorical" and not buckets else ("distribution", "nulls")


def _rows(coarse: Grouping, counts: Counts | None) -> Floats:
    return np.zeros(len(coarse.labels)) if counts is None else coarse.rows(counts).astype(np.float64)


def _size(reference: Reference, part: str, here: Blocks, units: int | None, rows: int) -> Window:
    """With few different sizes, so that draws are found again: rows have two digits, and none where the units say all."""
    number = units or rows
    if here.counts is not None:
        full = float(here.sums(here.rows).max()) * number / here.units
        if rows >= FULL * full:
            return Window(reference.digest, part, number, int(np.ceil(full)), here)
    coarse = 10 ** max(len(str(rows)) - 2, 0)
    return Window(reference.digest, part, number if here.counts is not None else 0, rows // coarse * coarse, here)


@lru_cache(maxsize=REMEMBERED)
def _chance(window: Window) -> Chance:
    seed = int(window.digest[:SEED_DIGITS], 16)
    return blocks.chance(window.blocks, units=window.units, rows=window.rows, seed=seed)
