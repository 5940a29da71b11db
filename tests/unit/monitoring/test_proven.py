"""What may be chance is taken as it is in the reference, and all else as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.monitoring.distance import Distance
from evergreen.monitoring.proven import proven, restored
from evergreen.stats import divergence
from evergreen.stats.blocks import ASPECTS

KNOWN = st.lists(st.integers(1, 1_000), min_size=4, max_size=4)
REST = st.tuples(st.integers(0, 50), st.integers(0, 50))
HERE = Distance(rows=100, psi=1.0, ks_low=0.3, ks_high=0.4, wasserstein=0.5, null_rate=0.1, new_share=0.2)


@given(KNOWN, KNOWN, REST, st.sets(st.sampled_from(ASPECTS)))
def test_each_aspect_is_of_one_side(was: list[int], now: list[int], rest: tuple[int, int], sure: set[str]) -> None:
    reference, current = np.array([*was, 0, 7]), np.array([*now, *rest])
    found = restored(reference, current, sure)
    assert found.sum() == pytest.approx(1)
    values, new, nulls = ((current if aspect in sure else reference) for aspect in ASPECTS)
    assert found[:-2] / found[:-2].sum() == pytest.approx(values[:-2] / values[:-2].sum())
    assert found[-2] / found[:-1].sum() == pytest.approx(new[-2] / new[:-1].sum())
    assert found[-1] == pytest.approx(nulls[-1] / nulls.sum())


def test_what_is_sure_is_left_of_each_statistic() -> None:
    reference, current = np.array([50, 50, 0, 10]), np.array([80, 20, 5, 40])
    everything = proven(HERE, reference, current, set(ASPECTS))
    assert everything["psi"] == pytest.approx(divergence.psi(reference, current))
    assert everything["jensen_shannon"] == pytest.approx(divergence.jensen_shannon_distance(reference, current))
    assert everything["kullback_leibler"] == pytest.approx(divergence.kullback_leibler(reference, current))
    assert {name: everything[name] for name in ("ks", "wasserstein", "null_rate", "new_share")} == {
        "ks": 0.3, "wasserstein": 0.5, "null_rate": 0.1, "new_share": 0.2
    }  # fmt: skip
    nulls = proven(HERE, reference, current, {"nulls"})
    assert 0 < nulls["psi"] < everything["psi"]
    assert (nulls["null_rate"], nulls["new_share"], "ks" in nulls, "wasserstein" in nulls) == (0.1, 0.0, False, False)
    assert proven(HERE, reference, current, set())["psi"] == pytest.approx(0)
