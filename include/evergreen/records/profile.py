"""Profile: how many rows of a column fall into each bin. Profiles of one layout add."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from evergreen.core.digest import canonical, digest_of
from evergreen.core.errors import InputError, IntegrityError
from evergreen.records.base import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_NEW = 1_000
"""Values of a column that a profile counts one by one although the layout does not know them."""
MORE = "\0more"
"""The key under which the rows of all further new values are summed."""
MAGIC, VERSION = b"EGPF", 1
WIDTHS = ("<u1", "<u2", "<u4", "<i8")


@dataclass(frozen=True, kw_only=True)
class ColumnBins:
    """Where the values of one column are counted.

    Attributes
    ----------
    edges
        Of a numeric column: k finite numbers in ascending order make k + 1 bins. Bin b holds the values with exactly b
        edges at or below them, so that ``[edges[b - 1], edges[b])`` is bin b.
    categories
        Of a categorical column: the known values as text, one bin each.
    buckets
        Bins after the categories for all other values, by their hash (`bucket_of`): for columns too wide to list. Such a
        column has no new values. 0: there are none, and other values are new.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    buckets: int = 0

    @property
    def count(self) -> int:
        """Number of bins."""
        return len(self.edges) + 1 if self.kind == "numeric" else len(self.categories) + self.buckets


@dataclass(frozen=True, kw_only=True)
class Layout(Record):
    """The bins of every column, made from a reference. Its digest names it; profiles refer to that."""

    model: str
    columns: tuple[ColumnBins, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, computed once: a layout has some ten thousand edges."""
        return digest_of(self.to_dict())

    @cached_property
    def by_name(self) -> Mapping[str, ColumnBins]:
        """The columns, found by their names."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Rows of one column.

    Attributes
    ----------
    bins
        Rows in each bin, int64. Infinities lie in the outer bins.
    nulls
        Rows without a value; NaN is none.
    new
        Rows of each category that the layout does not know. Of more than `MOST_NEW` values those are kept whose hashes
        are smallest, the same ones however the rows were cut into profiles; the rest is summed under `MORE`.
    """

    bins: "NDArray[np.int64]"
    nulls: int = 0
    new: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        new = added((self.new, other.new)) if self.new or other.new else {}
        return Counts(bins=self.bins + other.bins, nulls=self.nulls + other.nulls, new=new)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counts):
            return NotImplemented
        same = self.bins.tolist() == other.bins.tolist()
        return same and self.nulls == other.nulls and dict(self.new) == dict(other.new)

    __hash__ = None  # type: ignore[assignment]

    @property
    def values(self) -> int:
        """Rows with a value."""
        return int(self.bins.sum()) + sum(self.new.values())


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The counts of some rows in the bins of one layout.

    ``profile(a) + profile(b)`` is the profile of the rows of both; ``Profile.empty(layout)`` changes nothing.

    Attributes
    ----------
    layout
        Digest of the layout.
    """

    layout: str
    rows: int
    counts: Mapping[str, Counts]

    @classmethod
    def empty(cls, layout: Layout) -> "Profile":
        """The profile of no rows."""
        import numpy as np

        return cls(
            layout=layout.digest,
            rows=0,
            counts={c.name: Counts(bins=np.zeros(c.count, dtype=np.int64)) for c in layout.columns},
        )

    def __add__(self, other: "Profile") -> "Profile":
        """The profile of the rows of both; raises ``InputError`` for profiles of two layouts."""
        if self.layout != other.layout:
            raise InputError(
                f"Profiles of layouts {self.layout[:12]} and {other.layout[:12]} do not add: their bins differ. "
                "Profile the rows of both against one reference."
            )
        counts = {name: mine + other.counts[name] for name, mine in self.counts.items()}
        return Profile(layout=self.layout, rows=self.rows + other.rows, counts=counts)

    def to_bytes(self) -> bytes:
        """A header in JSON and all bins in one array, of the narrowest integers that hold them."""
        import numpy as np

        bins = [counts.bins for counts in self.counts.values()]
        every = np.concatenate(bins) if bins else np.zeros(0, dtype=np.int64)
        top = int(every.max(initial=0))
        width = next(width for width in WIDTHS if top <= np.iinfo(width).max)
        columns = [[name, len(c.bins), c.nulls, dict(c.new)] for name, c in self.counts.items()]
        header = canonical({"layout": self.layout, "rows": self.rows, "width": width, "columns": columns})
        return b"".join(
            [MAGIC, bytes([VERSION]), len(header).to_bytes(4, "little"), header, every.astype(width).tobytes()]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Profile":
        """Read what ``to_bytes`` wrote.

        Raises
        ------
        IntegrityError
            When the bytes are no profile, or one of a newer version.
        """
        if data[:4] != MAGIC or len(data) < 9:
            raise IntegrityError("Not a profile: it begins otherwise.")
        if data[4] > VERSION:
            raise IntegrityError(
                f"A profile of version {data[4]}; this release reads up to {VERSION}. Upgrade Evergreen."
            )
        begin = 9 + int.from_bytes(data[5:9], "little")
        try:
            header = json.loads(data[9:begin])
            return cls(layout=header["layout"], rows=header["rows"], counts=_counts(header, data[begin:]))
        except (ValueError, KeyError, TypeError):
            raise IntegrityError("Not a profile: its header or its bins are broken or cut off.") from None


def _counts(header: Mapping[str, Any], data: bytes) -> dict[str, Counts]:
    import numpy as np

    every = np.frombuffer(data, dtype=header["width"]).astype(np.int64)
    counts, begin = {}, 0
    for name, length, nulls, new in header["columns"]:
        counts[name] = Counts(bins=every[begin : begin + length], nulls=nulls, new=new)
        begin += length
    if begin != len(every):
        raise ValueError(begin)
    return counts


def bucket_of(value: str, buckets: int) -> int:
    """The bucket of a value, the same in every process: CRC-32 of its UTF-8 bytes, modulo their number.

    >>> bucket_of("N14228", 64)
    46
    """
    return zlib.crc32(value.encode()) % buckets


def added(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Rows of new values, summed; of more than `MOST_NEW` values the rest goes to `MORE`.

    Which ones are kept depends on the values alone, and the count of one that is kept is exact.

    >>> added([{"a": 1}, {"a": 2, "b": 1}])
    {'a': 3, 'b': 1}
    """
    total: dict[str, int] = {}
    for counts in counted:
        for value, rows in counts.items():
            total[value] = total.get(value, 0) + rows
    more = total.pop(MORE, 0)
    kept = sorted(total)
    if len(total) > MOST_NEW:
        ordered = sorted(kept, key=lambda value: zlib.crc32(value.encode()))
        more += sum(total[value] for value in ordered[MOST_NEW:])
        kept = sorted(ordered[:MOST_NEW])
    return {value: total[value] for value in kept} | ({MORE: more} if more else {})
