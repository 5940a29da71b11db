"""Profiles add and survive their bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.errors import InputError, IntegrityError
from evergreen.records import profile as module
from evergreen.records.profile import MORE, ColumnBins, Counts, Layout, Profile, added

LAYOUT = Layout(
    model="flights",
    columns=(
        ColumnBins(name="wind", kind="numeric", edges=(0.0, 1.5)),
        ColumnBins(name="carrier", kind="categorical", categories=("AA", "UA")),
        ColumnBins(name="tail", kind="categorical", categories=("N1",), buckets=3),
    ),
)
ROWS = st.integers(0, 2**40) | st.integers(0, 300)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    counts = {
        column.name: Counts(
            bins=np.array(draw(st.lists(ROWS, min_size=column.count, max_size=column.count)), dtype=np.int64),
            nulls=draw(ROWS),
            new=draw(st.dictionaries(st.text(max_size=3), st.integers(1, 9), max_size=3)),
        )
        for column in LAYOUT.columns
    }
    return Profile(layout=LAYOUT.digest, rows=draw(ROWS), counts=counts)


@given(profiles(), profiles(), profiles())
def test_profiles_add_in_any_order(a: Profile, b: Profile, c: Profile) -> None:
    assert a + Profile.empty(LAYOUT) == a
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a + b).rows == a.rows + b.rows
    assert (a + b).counts["wind"].values == a.counts["wind"].values + b.counts["wind"].values


@given(profiles())
def test_a_profile_survives_its_bytes(profile: Profile) -> None:
    again = Profile.from_bytes(profile.to_bytes())
    assert again == profile
    assert again.to_bytes() == profile.to_bytes()


@given(profiles(), st.integers(0, 400))
def test_cut_bytes_are_refused(profile: Profile, cut: int) -> None:
    data = profile.to_bytes()
    with pytest.raises(IntegrityError, match="Not a profile"):
        Profile.from_bytes(data[: min(cut, len(data) - 1)])


def test_a_newer_profile_is_refused() -> None:
    data = Profile.empty(LAYOUT).to_bytes()
    with pytest.raises(IntegrityError, match=r"version 9.*Upgrade"):
        Profile.from_bytes(data[:4] + b"\x09" + data[5:])


def test_profiles_of_two_layouts_do_not_add() -> None:
    other = Layout(model="flights", columns=LAYOUT.columns[:1])
    with pytest.raises(InputError, match=r"do not add: their bins differ"):
        Profile.empty(LAYOUT) + Profile.empty(other)


def test_a_layout_is_read_with_the_edges_that_were_written() -> None:
    edges = tuple(np.nextafter([0.1, 1 / 3, 1e300], np.inf).tolist())
    layout = Layout(model="flights", columns=(ColumnBins(name="x", kind="numeric", edges=edges),))
    again = Layout.from_json(layout.to_json())
    assert again == layout
    assert again.digest == layout.digest
    assert again.by_name["x"].edges == edges


@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5)), max_size=5), st.integers(0, 5))
def test_which_new_values_are_kept_does_not_depend_on_the_cuts(counted: list[dict[str, int]], cut: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_NEW", 3)
        whole = added(counted)
        assert added([added(counted[:cut]), added(counted[cut:])]) == whole
    assert sum(whole.values()) == sum(sum(counts.values()) for counts in counted)
    assert len(whole.keys() - {MORE}) <= 3
