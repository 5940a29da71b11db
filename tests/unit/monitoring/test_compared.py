"""The columns of a part side by side, and what a part may lack."""

import pytest

from evergreen.monitoring.compared import Sampled, compare, lack_of
from evergreen.records.drift import Part
from evergreen.spec.monitoring import DriftTest

from .drifts import profile_of, reference_of, rows

TEST = DriftTest()


def test_the_columns_come_in_the_order_of_the_layout_with_the_rows_of_both_sides() -> None:
    reference = reference_of(rows(2_000, 0))
    window = {name: values for name, values in rows(600, 1).items() if name != "wind"}
    found = list(compare(TEST, reference, "feature", profile_of(reference.features.layout, window), {}))
    assert [c.column.name for c in found] == ["temp", "wind", "carrier"]
    assert [c.lack for c in found] == ["", "The predictions were logged without it.", ""]
    assert [[side.sum() for side in c.groups] for c in found] == [[2_000, 600], [2_000, 2_000], [2_000, 600]]


@pytest.mark.parametrize(
    ("part", "number", "units", "said"),
    [
        ("feature", 500, 7, ""),
        ("feature", 499, 7, "Not enough rows: the window has 499 and 500 are needed"),
        ("prediction", 500, 6, "Not enough sampling units of the champion: the window has 6 of day and 7 are needed"),
        ("label", 0, 0, "Not enough rows with a label: the window has 0 and 500 are needed"),
    ],
)
def test_rows_and_units_must_be_enough(part: Part, number: int, units: int, said: str) -> None:
    found = lack_of(TEST, part, number, {part: Sampled(units, "day")})
    assert found.startswith(said)
    assert bool(found) == bool(said)
