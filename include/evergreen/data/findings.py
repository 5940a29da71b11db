"""What in the rows of raw data cannot be: counted over the whole stream, and then refused at once."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.core.errors import DataError
from evergreen.data.epoch import microseconds, moment
from evergreen.records.interval import Interval
from evergreen.spec.model import ModelSpec


class Findings:
    """Counts of rows without an event time or key, outside the interval, or with an infinite number; and the events' extent.

    Ranges, categories and rates are the expectations' business: they need judgement, these do not.
    """

    def __init__(self, spec: ModelSpec, interval: Interval) -> None:
        columns = spec.columns
        self.rows = 0
        self._interval = interval
        self._event_time = columns.event_time
        self._present = (columns.event_time, *columns.keys)
        self._finite = (*columns.features.numeric, columns.label.column)
        self._counts: Counter[str] = Counter()
        self._first, self._last = np.iinfo(np.int64).max, np.iinfo(np.int64).min

    def update(self, rows: pa.Table) -> None:
        """Look at further rows."""
        self.rows += rows.num_rows
        for name in self._present:
            self._counts[f"column {name} is null in {{}}"] += rows[name].null_count
        for name in self._finite:
            if pa.types.is_floating(rows.schema.field(name).type):
                self._counts[f"column {name} is infinite in {{}}"] += pc.sum(pc.is_inf(rows[name])).as_py() or 0
        moments = rows[self._event_time].cast(pa.int64()).drop_null().to_numpy()
        if moments.size:
            self._first, self._last = min(self._first, int(moments.min())), max(self._last, int(moments.max()))
            start, end = microseconds(self._interval.start), microseconds(self._interval.end)
            outside = int(np.count_nonzero((moments < start) | (moments >= end)))
            self._counts[f"column {self._event_time} lies outside the interval in {{}}"] += outside

    def refuse(self, where: str) -> None:
        """Raise ``DataError`` with every count, if there is one."""
        found = [finding.format(_rows(count)) for finding, count in self._counts.items() if count]
        if found:
            raise DataError(
                f"{where}, {self.rows} rows of {self._interval.start.isoformat()} to {self._interval.end.isoformat()}: "
                f"{'; '.join(found)}. Correct and land it again."
            )

    @property
    def events(self) -> Interval | None:
        """First and last event time, as a half-open interval; None without rows."""
        if self._last < self._first:
            return None
        return Interval(start=moment(self._first), end=moment(self._last + 1))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
