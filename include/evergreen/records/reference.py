"""Reference: what a champion's inputs, predictions and labels looked like when it was made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from evergreen.core.digest import canonical, sha256
from evergreen.core.errors import IntegrityError
from evergreen.records.interval import Interval
from evergreen.records.profile import Layout, Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC, VERSION = b"EGRF", 1
PREDICTION, LABEL = "prediction", "label"
"""Names of the columns beside the features."""
SAMPLES = ("features", PREDICTION, LABEL)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Rows of the reference in the bins of one layout, all together and by block.

    Attributes
    ----------
    units
        Distinct sampling units; the number of rows where rows are the unit.
    blocks
        (blocks, groups), int64: rows of each block in the coarse groups (`evergreen.stats.grouping`) of all columns, side
        by side. A block holds whole sampling units. Rows whose category occurs in no other block count as new: so much is
        new to the others in a block of the reference itself. None where rows are the unit.
    """

    layout: Layout
    profile: Profile
    units: int
    blocks: "NDArray[np.int64] | None"


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """What windows are held against: stored once with a version.

    Attributes
    ----------
    package
        Digest of the package that serves.
    gated
        Digest of the package that gave the predictions: it has not seen the rows, the refitted one has.
    interval
        Event times of the rows that the serving package was fitted on: features and label are theirs.
    test
        Event times of the rows of the predictions.
    unit
        The sampling unit: ``day``, ``none`` or a column.
    """

    model: str
    version: int
    package: str
    gated: str
    interval: Interval
    test: Interval
    unit: str
    features: Sample
    prediction: Sample
    label: Sample

    @cached_property
    def layout(self) -> Layout:
        """The layout of logged predictions: the features, then `PREDICTION`."""
        return Layout(model=self.model, columns=self.features.layout.columns + self.prediction.layout.columns)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return sha256(self.to_bytes())

    @property
    def key(self) -> str:
        """Where it is stored."""
        return f"{self.model}/profiles/{self.digest}/reference.bin"

    def to_bytes(self) -> bytes:
        """A header in JSON, then the profile and the blocks of each sample."""
        pieces = {name: _pieces(getattr(self, name)) for name in SAMPLES}
        header = canonical({
            "model": self.model,
            "version": self.version,
            "package": self.package,
            "gated": self.gated,
            "interval": _written(self.interval),
            "test": _written(self.test),
            "unit": self.unit,
            "samples": {name: head for name, (head, _, _) in pieces.items()},
        })  # fmt: skip
        content = [piece for _, profile, blocks in pieces.values() for piece in (profile, blocks)]
        return b"".join([MAGIC, bytes([VERSION]), len(header).to_bytes(8, "little"), header, *content])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Reference":
        """Read what ``to_bytes`` wrote.

        Raises
        ------
        IntegrityError
            When the bytes are no reference, or one of a newer version.
        """
        if data[:4] != MAGIC or len(data) < 13:
            raise IntegrityError("Not a reference: it begins otherwise.")
        if data[4] > VERSION:
            raise IntegrityError(
                f"A reference of version {data[4]}; this release reads up to {VERSION}. Upgrade Evergreen."
            )
        at = 13 + int.from_bytes(data[5:13], "little")
        try:
            header = json.loads(data[13:at])
            said: dict[str, Any] = {name: header[name] for name in ("model", "version", "package", "gated", "unit")}
            for name in SAMPLES:
                head = header["samples"][name]
                said[name] = _sample(head, data[at:])
                at += head["profile"] + head["blocks"]
            found = cls(**said, interval=_read(header["interval"]), test=_read(header["test"]))
        except (ValueError, KeyError, TypeError):
            raise IntegrityError("Not a reference: its header or its counts are broken or cut off.") from None
        found.__dict__["digest"] = sha256(data)
        return found


def _pieces(sample: Sample) -> tuple[dict[str, Any], bytes, bytes]:
    import numpy as np

    profile, blocks = sample.profile.to_bytes(), b""
    if sample.blocks is not None:
        width = "<u4" if sample.blocks.max(initial=0) <= np.iinfo("<u4").max else "<i8"
        blocks = sample.blocks.astype(width).tobytes()
    head = {
        "layout": sample.layout.to_dict(),
        "units": sample.units,
        "shape": None if sample.blocks is None else [width, *sample.blocks.shape],
        "profile": len(profile),
        "blocks": len(blocks),
    }
    return head, profile, blocks


def _sample(head: Mapping[str, Any], data: bytes) -> Sample:
    import numpy as np

    end = head["profile"] + head["blocks"]
    if len(data) < end:
        raise ValueError(end)
    blocks = None
    if head["shape"] is not None:
        width, *shape = head["shape"]
        blocks = np.frombuffer(data[head["profile"] : end], dtype=width).astype(np.int64).reshape(shape)
    return Sample(
        layout=Layout.from_json(canonical(head["layout"])),
        profile=Profile.from_bytes(data[: head["profile"]]),
        units=head["units"],
        blocks=blocks,
    )


def _written(interval: Interval) -> list[str]:
    return [interval.start.isoformat(), interval.end.isoformat()]


def _read(written: list[str]) -> Interval:
    start, end = map(datetime.fromisoformat, written)
    return Interval(start=start, end=end)
