"""A candidate becomes a version, once."""

from collections.abc import Mapping
from datetime import UTC, datetime

from evergreen.records.candidate import Candidate, Cost
from evergreen.records.interval import Interval
from evergreen.registry.register import register
from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.ports import RegisteredVersion

DATA = Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 2, 1, tzinfo=UTC))


def filled(registry: MemoryRegistry) -> MemoryRegistry:
    registry.files["models:/m-1"] = {}
    return registry


def candidate(key: str) -> Candidate:
    return Candidate(
        model="small",
        key=key,
        fitted_on="train",
        snapshot="s" * 64,
        split="p" * 64,
        spec="c" * 64,
        environment="e" * 64,
        code="d" * 64,
        git_commit=None,
        git_dirty=None,
        hyperparameters={},
        seed=0,
        data=DATA,
        rows=10,
        run_id="run",
        model_uri="models:/m-1",
        cost=Cost(wall_seconds=1, cpu_seconds=1, peak_memory_bytes=1, iterations=None, cost=0),
    )


def test_each_candidate_gets_one_version() -> None:
    registry = filled(MemoryRegistry())
    first, again = register(candidate("a"), registry), register(candidate("a"), registry)
    assert again == first
    assert (first.model, first.key, first.number, first.data) == ("small", "a", 1, DATA)
    assert register(candidate("b"), registry).number == 2
    assert len(registry.versions("small")) == 2


def test_of_two_versions_registered_at_once_the_older_counts() -> None:
    class Raced(MemoryRegistry):
        """Another worker registers the same candidate between the question and the answer."""

        def create_version(
            self, model: str, *, run_id: str, model_uri: str, tags: Mapping[str, str]
        ) -> RegisteredVersion:
            super().create_version(model, run_id=run_id, model_uri=model_uri, tags=tags)
            return super().create_version(model, run_id=run_id, model_uri=model_uri, tags=tags)

    assert register(candidate("a"), filled(Raced())).number == 1


def test_the_tags_tell_the_origin() -> None:
    registry = filled(MemoryRegistry())
    register(candidate("a"), registry)
    tags = registry.versions("small")[0].tags
    assert tags["evergreen.key"] == "a"
    assert tags["evergreen.data_end"] == "2013-02-01T00:00:00+00:00"
    assert tags["stage"] == "None"
