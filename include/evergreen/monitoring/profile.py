"""The profile of a Parquet file: one pass over its row groups, in bounded memory, on all threads of the task."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evergreen.core.errors import DataError
from evergreen.core.settings import settings
from evergreen.monitoring.parquet import Source, name_of, open_parquet, stored_names
from evergreen.monitoring.tally import Tally, tally_of
from evergreen.records.profile import Counts, Layout, Profile

DECODED_BYTES = 1 << 23
"""Columns of a row group that a thread decodes at once hold about so much, one column at least: memory that is used again
while it is warm. Fresh pages for a whole row group cost more than all counting."""

Mask = NDArray[np.bool_]


def profile(
    source: Source, layout: Layout, columns: Mapping[str, str] | None = None, keep: Mask | None = None
) -> Profile:
    """The rows of a file in the bins of a layout.

    Parameters
    ----------
    columns
        The layout's name of a column by its name in the file, where that is another one.
    keep
        One truth value a row, in the order of the file: those that count. None: all do.

    Raises
    ------
    DataError
        Names the columns that the file lacks, or that hold no numbers where the layout has edges.
    """
    with open_parquet(source) as file:
        names = stored_names(source, file.schema_arrow, layout, columns)
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    ends = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
    if keep is not None and len(keep) != ends[-1]:
        raise DataError(f"{name_of(source)} has {ends[-1]} rows, and {len(keep)} truth values say which of them count.")
    masks = [None if keep is None else keep[begin:end] for begin, end in pairwise(ends)]
    counter = _Counter(source, layout, names)
    with ThreadPoolExecutor(settings().threads) as threads:
        list(threads.map(counter.add, range(len(sizes)), masks))
    rows = ends[-1] if keep is None else int(np.count_nonzero(keep))
    return Profile(layout=layout.digest, rows=rows, counts=counter.counts())


class _Counter:
    """The counts of all threads, each with a file and tallies of its own."""

    def __init__(self, source: Source, layout: Layout, names: Mapping[str, str]) -> None:
        self.source, self.layout, self.names = source, layout, names
        self.opened: list[tuple[pq.ParquetFile, dict[str, Tally]]] = []
        self.own = threading.local()

    def add(self, group: int, mask: Mask | None) -> None:
        """Count a row group."""
        file, tallies = self._mine()
        at_once = max(1, DECODED_BYTES // (8 * file.metadata.row_group(group).num_rows or 1))
        wanted = list(self.names.items())
        for some in (wanted[begin : begin + at_once] for begin in range(0, len(wanted), at_once)):
            table = file.read_row_group(group, columns=[stored for _, stored in some], use_threads=False)
            if mask is not None and not mask.all():
                table = table.filter(pa.array(mask))
            for name, stored in some:
                for chunk in table[stored].chunks:
                    tallies[name].add(chunk)

    def _mine(self) -> tuple[pq.ParquetFile, dict[str, Tally]]:
        if not hasattr(self.own, "opened"):
            categorical = [self.names[c.name] for c in self.layout.columns if c.kind == "categorical"]
            tallies = {column.name: tally_of(column) for column in self.layout.columns}
            self.own.opened = open_parquet(self.source, categorical), tallies
            self.opened.append(self.own.opened)
        opened: tuple[pq.ParquetFile, dict[str, Tally]] = self.own.opened
        return opened

    def counts(self) -> dict[str, Counts]:
        """The sums; closes the files."""
        found = dict(Profile.empty(self.layout).counts)
        for file, tallies in self.opened:
            file.close()
            for name, tally in tallies.items():
                found[name] += tally.counts()
        return found
