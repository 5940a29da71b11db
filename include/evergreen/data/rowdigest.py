"""The digest of rows: their identity, whatever the encoding, row groups and batches they arrive in."""

import hashlib
from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.core.digest import digest_of

VERSION = 1


class RowDigest:
    """SHA-256 over rows in the order in which they are given.

    Each column feeds its own streams: one byte per row that says whether there is a value; then the values, little
    endian, zero where there is none (text: the lengths as 64-bit integers, and the UTF-8 bytes). The digest is that of
    the canonical JSON of the version, the number of rows and, for each column, its type and its streams' SHA-256. The
    order of the columns does not matter.

    >>> whole, pieces = RowDigest(), RowDigest()
    >>> table = pa.table({"n": [1, None, 3], "t": ["a", "", None]})
    >>> whole.update(table)
    >>> for at in range(3):
    ...     pieces.update(table.slice(at, 1))
    >>> whole.hexdigest() == pieces.hexdigest()
    True
    """

    def __init__(self) -> None:
        self.rows = 0
        self._types: dict[str, str] = {}
        self._streams: defaultdict[tuple[str, str], Any] = defaultdict(hashlib.sha256)

    def update(self, rows: pa.Table) -> None:
        """Take further rows, with the columns of those before."""
        self.rows += rows.num_rows
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            self._types[name] = str(column.type)
            for values in filter(len, column.chunks):
                self._take(name, values)

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        columns = {
            name: {"type": kind} | {s: h.hexdigest() for (n, s), h in self._streams.items() if n == name}
            for name, kind in self._types.items()
        }
        return digest_of({"version": VERSION, "rows": self.rows, "columns": columns})

    def _take(self, name: str, values: pa.Array) -> None:
        self._feed(name, "valid", np.asarray(values.is_valid(), dtype=np.uint8))
        if pa.types.is_string(values.type):
            values = values.fill_null("")
            self._feed(name, "lengths", np.asarray(pc.binary_length(values), dtype="<i8"))
            self._feed(name, "bytes", _bytes(values))
        else:
            self._feed(name, "values", _numbers(values))

    def _feed(self, name: str, stream: str, data: np.ndarray) -> None:
        self._streams[name, stream].update(np.ascontiguousarray(data).data)


def _bytes(values: pa.StringArray) -> np.ndarray:
    """The UTF-8 bytes of an array that may be a slice of a longer one."""
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    return np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]] if data is not None else np.empty(0, np.uint8)


def _numbers(values: pa.Array) -> np.ndarray:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    filled = values.fill_null(False if pa.types.is_boolean(values.type) else 0)
    numbers: np.ndarray = filled.to_numpy(zero_copy_only=False)
    return numbers.astype(np.uint8 if numbers.dtype == np.bool_ else numbers.dtype.newbyteorder("<"), copy=False)
