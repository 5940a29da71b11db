"""Groups of bins: how many, of what mass, and what never shares a group."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.records.profile import ColumnBins, Counts
from evergreen.stats.grouping import LAST, RARE, grouping


def numeric(rows: list[int]) -> ColumnBins:
    return ColumnBins(name="x", kind="numeric", edges=tuple(float(i) for i in range(len(rows) - 1)))


@given(st.lists(st.integers(0, 1000) | st.just(0), min_size=1, max_size=60), st.integers(2, 20))
def test_groups_are_few_ordered_and_keep_every_row(rows: list[int], groups: int) -> None:
    column, counts = numeric(rows), Counts(bins=np.array(rows), nulls=4, new={})
    found = grouping(column, counts, groups)
    assert len(found.labels) <= groups + len(LAST)
    assert found.labels[-3:] == LAST
    grouped = found.rows(counts)
    assert grouped.sum() == sum(rows) + 4
    assert grouped[-1] == 4
    kept = found.of_bin[found.of_bin < len(found.labels) - 3]
    assert (np.diff(kept) >= 0).all()
    for b in np.flatnonzero(np.array(rows) * groups >= max(sum(rows), 1)):  # what repeats has no other bin in its group
        assert (found.of_bin == found.of_bin[b]).sum() == 1
    assert grouping(column, counts, groups).labels == found.labels


def test_groups_of_smooth_bins_have_equal_mass() -> None:
    rows = [10] * 1000
    grouped = grouping(numeric(rows), Counts(bins=np.array(rows))).rows(Counts(bins=np.array(rows)))
    assert grouped.tolist() == [500] * 20 + [0, 0, 0]


def test_frequent_categories_stand_alone_and_new_ones_apart() -> None:
    column = ColumnBins(name="c", kind="categorical", categories=("rare", "often", "never", "most"), buckets=2)
    found = grouping(column, Counts(bins=np.array([1, 400, 0, 590, 3, 6])))
    assert found.labels == ("most", "often", *LAST)
    window = Counts(bins=np.array([2, 3, 1, 4, 5, 6]), nulls=8, new={"x": 2, "y": 7})
    assert found.rows(window).tolist() == [4, 3, 14, 9, 8]


def test_only_the_most_frequent_of_many_categories_stand_alone() -> None:
    names = tuple(f"{i:02d}" for i in range(30))
    found = grouping(ColumnBins(name="c", kind="categorical", categories=names), Counts(bins=np.full(30, 100)))
    assert found.labels == (*names[:20], *LAST)


def test_a_gap_between_frequent_values_is_a_group_where_enough_rows_are_in_it() -> None:
    edges = (0.0, 5e-324, 7.0, float(np.nextafter(7, 8)))
    column = ColumnBins(name="x", kind="numeric", edges=edges)
    share = round(1000 * RARE)
    rare = grouping(column, Counts(bins=np.array([0, 500, share - 1, 490, 0])))
    assert rare.labels == ("0", "7", *LAST)
    apart = grouping(column, Counts(bins=np.array([0, 500, share, 490, 0])))
    assert apart.labels == ("0", "above 0 to 7", "7", *LAST)


@pytest.mark.parametrize(("count", "labels"), [(0, LAST), (1, ("any", *LAST))])
def test_a_column_of_one_bin(count: int, labels: tuple[str, ...]) -> None:
    column = ColumnBins(name="x", kind="numeric")
    assert grouping(column, Counts(bins=np.array([count]))).labels == labels


def test_labels_say_where_a_group_begins_and_ends() -> None:
    column = ColumnBins(name="x", kind="numeric", edges=(1.0, 2.0))
    found = grouping(column, Counts(bins=np.array([1, 1, 1])))
    assert found.labels == ("below 1", "1 to 2", "2 and above", *LAST)
