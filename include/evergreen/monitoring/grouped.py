"""The coarse groups of a reference's columns, and its rows in them by block: made once for every report of a process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from evergreen.core.errors import IntegrityError
from evergreen.records.profile import ColumnBins, Counts
from evergreen.records.reference import Reference, Sample
from evergreen.stats.blocks import Blocks
from evergreen.stats.chance import Floats
from evergreen.stats.grouping import Grouping, grouping

REMEMBERED = 16


class Grouped(NamedTuple):
    """By column, in the order of the layout."""

    groups: Mapping[str, Grouping]
    blocks: Blocks


def grouped(reference: Reference, part: str) -> Grouped:
    """The groups of one of `evergreen.records.reference.SAMPLES`.

    Raises
    ------
    IntegrityError
        When the reference was grouped in another way.
    """
    return _grouped(_Asked(reference.digest, part, reference))


@dataclass(frozen=True)
class _Asked:
    """Found again by digest, whichever copy of the reference it comes with."""

    digest: str
    part: str
    reference: Reference = field(compare=False)


@lru_cache(maxsize=REMEMBERED)
def _grouped(asked: _Asked) -> Grouped:
    sample: Sample = getattr(asked.reference, asked.part)
    groups = {c.name: grouping(c, sample.profile.counts[c.name]) for c in sample.layout.columns}
    return Grouped(groups, _blocks(asked.reference, sample, groups))


def _blocks(reference: Reference, sample: Sample, groups: Mapping[str, Grouping]) -> Blocks:
    widths = tuple(len(found.labels) for found in groups.values())
    grouped = zip(sample.layout.columns, groups.values(), strict=True)
    if sample.blocks is None:
        parts = [_expecting_new(column, found, sample.profile.counts[column.name]) for column, found in grouped]
        return Blocks(widths, np.concatenate(parts), None, sample.units)
    counts = sample.blocks.astype(np.float64)
    if counts.shape[1] != sum(widths):
        raise IntegrityError(
            f"{reference.model}: the reference of version {reference.version} was grouped by another release: it has "
            f"{counts.shape[1]} groups and {sum(widths)} are expected. Make it again."
        )
    return Blocks(widths, counts.sum(axis=0), counts, sample.units)


def _expecting_new(column: ColumnBins, coarse: Grouping, counts: Counts) -> Floats:
    """Rows by group, where categories with one row count as new: that share of other rows is new to the reference.

    Source: Good (1953), "The population frequencies of species and the estimation of population parameters", *Biometrika* 40.
    """
    rows = coarse.rows(counts).astype(np.float64)
    if column.kind == "categorical" and not column.buckets:
        single = np.bincount(coarse.of_bin[counts.bins == 1], minlength=len(rows))
        rows -= single
        rows[-2] += single.sum()
    return rows
