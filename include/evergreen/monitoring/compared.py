"""The columns of a window beside those of the reference: how far apart they lie, and which cannot be judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from evergreen.monitoring.distance import Distance, distance
from evergreen.monitoring.grouped import grouped
from evergreen.records.drift import Part
from evergreen.records.profile import ColumnBins, Counts, Profile
from evergreen.records.reference import LABEL, PREDICTION, Reference, Sample
from evergreen.spec.monitoring import DriftTest
from evergreen.stats.grouping import Ints

PARTS: Mapping[Part, str] = {"feature": "features", "prediction": PREDICTION, "label": LABEL}
"""The sample of the reference that each part is held against."""
WHICH: Mapping[Part, str] = {"feature": "", "prediction": " of the champion", "label": " with a label"}
"""What a sentence calls the rows of each part."""


class Sampled(NamedTuple):
    """So many sampling units, and what a unit is: ``day`` where the log does not have the reference's."""

    number: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One column before it is judged: ``lack`` says why it cannot be. ``groups``: rows of both sides, reference first."""

    column: ColumnBins
    part: Part
    distance: Distance
    groups: tuple[Ints, Ints]
    lack: str


def compare(
    test: DriftTest, reference: Reference, part: Part, current: Profile | None, units: Mapping[Part, Sampled]
) -> Iterator[Compared]:
    """The columns of a part, in the order of the layout."""
    sample: Sample = getattr(reference, PARTS[part])
    coarse = grouped(reference, PARTS[part]).groups
    for column in sample.layout.columns:
        was, now = sample.profile.counts[column.name], current.counts.get(column.name) if current else None
        found = distance(column, coarse[column.name], was, now) if now else Distance(rows=0)
        lack = _missing(test, sample, part, was, found.rows)
        if part != "feature":  # of the features the report says it once
            lack = lack or lack_of(test, part, found.rows, units)
        sides = coarse[column.name].rows(was), coarse[column.name].rows(now or was)
        yield Compared(column=column, part=part, distance=found, groups=sides, lack=lack)


def lack_of(test: DriftTest, part: Part, rows: int, units: Mapping[Part, Sampled]) -> str:
    """Why a part of a window is too small; empty when it is not."""
    if rows < test.min_rows:
        return (
            f"Not enough rows{WHICH[part]}: the window has {rows:,} and {test.min_rows:,} are needed "
            "(monitoring.drift.min_rows)."
        )
    if part in units and units[part].number < test.min_units:
        return (
            f"Not enough sampling units{WHICH[part]}: the window has {units[part].number:,} of {units[part].unit} and {test.min_units:,} are "
            "needed (monitoring.drift.min_units)."
        )
    return ""


def _missing(test: DriftTest, sample: Sample, part: Part, was: Counts, rows: int) -> str:
    if not was.values and not was.nulls:
        return "The reference has no rows of it."
    if sample.blocks is not None and len(sample.blocks) < test.min_units:
        return f"The reference has {len(sample.blocks)} sampling units of it and {test.min_units} are needed."
    if not rows and part != "prediction":
        return "No label has come yet." if part == "label" else "The predictions were logged without it."
    return ""
