"""Tallies of categories: what is kept of many new values."""

import pyarrow as pa

from evergreen.monitoring.tally import CategoricalTally
from evergreen.records.profile import MORE, MOST_NEW, ColumnBins


def test_memory_stays_bounded_when_every_value_is_new() -> None:
    tally = CategoricalTally(ColumnBins(name="id", kind="categorical", categories=("known",)))
    for begin in range(0, 20_000, 1_000):
        tally.add(pa.array([f"id {i}" for i in range(begin, begin + 1_000)]))
        assert len(tally.new) <= 5 * MOST_NEW + 1
    new = tally.counts().new
    assert len(new) == MOST_NEW + 1
    assert new[MORE] == 20_000 - MOST_NEW


def test_booleans_and_times_are_text() -> None:
    tally = CategoricalTally(ColumnBins(name="x", kind="categorical", categories=("true",)))
    tally.add(pa.array([True, False, None]))
    tally.add(pa.array([0], pa.timestamp("us", tz="UTC")))
    found = tally.counts()
    assert found.bins.tolist() == [1]
    assert found.nulls == 1
    assert found.new == {"1970-01-01 00:00:00.000000Z": 1, "false": 1}
