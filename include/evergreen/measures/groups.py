"""Rows divided into the groups of sensitive columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evergreen.measures.parts import texts

MOST_PAIRS = 10
"""Intersections of two columns, in the order of the columns; more are not looked at."""
MOST_GROUPS = 50
"""The largest groups of a column or an intersection; more are left out, and counted."""
MOST_NAMED = 10
BETWEEN = " x "


@dataclass(frozen=True)
class Grouping:
    """Rows in groups.

    Attributes
    ----------
    column
        One column, or several joined by `` x ``.
    names
        Of the groups that are large enough.
    of_row
        Each row's group among these, or -1.
    reason
        Which groups are left out, in words; empty when none is.
    """

    column: str
    names: Sequence[str]
    of_row: NDArray[np.intp]
    reason: str


def groupings(table: pa.Table, sensitive: Sequence[str], least: int) -> list[Grouping]:
    """The groups of each sensitive column, and of each two together, that have ``least`` rows."""
    sets = [(name,) for name in sensitive] + list(combinations(sensitive, 2))[:MOST_PAIRS]
    return [_grouping(table, columns, least) for columns in sets]


def _grouping(table: pa.Table, columns: Sequence[str], least: int) -> Grouping:
    codes, names = texts(table[columns[0]])
    for column in columns[1:]:
        more, others = texts(table[column])
        pairs, codes = np.unique(codes * len(others) + more, return_inverse=True)
        names = [names[pair // len(others)] + BETWEEN + others[pair % len(others)] for pair in pairs]
    sizes = np.bincount(codes, minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: (-sizes[code], names[code]))
    kept = [code for code in order if sizes[code] >= least][:MOST_GROUPS]
    new = np.full(len(names), -1, dtype=np.intp)
    new[kept] = np.arange(len(kept))
    left_out = [f"{names[code]} ({sizes[code]})" for code in order if new[code] < 0]
    return Grouping(BETWEEN.join(columns), [names[code] for code in kept], new[codes], _reason(left_out, least))


def _reason(left_out: list[str], least: int) -> str:
    if not left_out:
        return ""
    more = f" and {len(left_out) - MOST_NAMED} more" if len(left_out) > MOST_NAMED else ""
    what = f"fewer than {least} rows (fairness.min_group) or beyond the {MOST_GROUPS} largest"
    return f"Left out, {what}: {', '.join(left_out[:MOST_NAMED])}{more}."
