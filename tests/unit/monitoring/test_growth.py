"""How much more is known of the rows that come now."""

from typing import Any

import numpy as np
import pytest

from evergreen.monitoring.growth import growth
from evergreen.records.profile import Profile
from evergreen.records.reference import Reference

from .drifts import profile_of, reference_of, rows

FEATURES = ("temp", "wind", "carrier")


def counted(reference: Reference, table: dict[str, Any]) -> Profile:
    return profile_of(reference.features.layout, {name: table[name] for name in FEATURES})


@pytest.fixture(scope="module")
def winter() -> Reference:
    return reference_of(rows(20_000, 1))


def warmer(table: dict[str, Any], by: float) -> dict[str, Any]:
    return {**table, "temp": table["temp"] + by}


@pytest.mark.parametrize("labelled", [1.0, 0.5])
def test_without_a_change_it_is_the_growth_of_all_rows(winter: Reference, labelled: float) -> None:
    now, new = counted(winter, rows(5_000, 2)), counted(winter, rows(10_000, 3))
    found = growth(winter, now, new, labelled=labelled)
    assert found is not None
    assert found.share == pytest.approx(0.5 * labelled, rel=0.05)


def test_where_the_window_is_like_nothing_that_was_known_little_is_much(winter: Reference) -> None:
    summer = warmer(rows(2_000, 3), 20)
    found = growth(winter, counted(winter, summer), counted(winter, summer), labelled=1.0)
    assert found is not None
    assert found.column == "temp"
    assert found.share > 0.5, "a tenth more rows, and most of them where few were"
    again = growth(winter, counted(winter, rows(2_000, 4)), counted(winter, summer), labelled=1.0)
    assert again is not None
    assert again.share < 0.11, "the same rows are little where the window is back in winter"


def test_what_has_no_label_yet_teaches_nothing(winter: Reference) -> None:
    summer = counted(winter, warmer(rows(2_000, 3), 20))
    unlabelled, none_yet = growth(winter, summer, summer, labelled=0.0), Profile.empty(winter.features.layout)
    unseen = growth(winter, summer, none_yet, labelled=1.0)
    assert unlabelled is not None
    assert unseen is not None
    assert unlabelled.share == unseen.share == 0.0


def test_a_category_that_nobody_knew_counts(winter: Reference) -> None:
    other = {**rows(2_000, 3), "carrier": np.array(["XX"] * 2_000, dtype=object)}
    found = growth(winter, counted(winter, other), counted(winter, other), labelled=1.0)
    assert found is not None
    assert found.column == "carrier"
    assert found.share == pytest.approx(2_000.0)


@pytest.mark.parametrize("blind", [1_300, 2_000], ids=["for nine of fourteen days", "all the time"])
def test_a_sensor_that_broke_teaches_nothing(winter: Reference, blind: int) -> None:
    """Its missing values are none of the feature's values; what is known of the rest grows as all rows do, or less."""
    table = rows(2_000, 3)
    broken = counted(winter, {**table, "temp": np.where(np.arange(2_000) < blind, np.nan, table["temp"])})
    found = growth(winter, broken, broken, labelled=1.0)
    assert found is not None
    assert found.share == pytest.approx(0.1, rel=0.05)


def test_without_rows_in_the_window_nothing_is_known(winter: Reference) -> None:
    empty = Profile.empty(winter.features.layout)
    assert growth(winter, empty, counted(winter, rows(500, 5)), labelled=1.0) is None
