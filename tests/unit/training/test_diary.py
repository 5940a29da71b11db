"""What a training writes into the tracking server."""

from evergreen.records.candidate import Cost
from evergreen.training.diary import readings


def cost(iterations: int | None) -> Cost:
    return Cost(wall_seconds=8.0, cpu_seconds=12.0, peak_memory_bytes=1, iterations=iterations, cost=0.5)


def test_seconds_per_iteration_of_an_iterative_estimator_alone() -> None:
    assert readings(cost(4))["seconds_per_iteration"] == 2.0
    assert "seconds_per_iteration" not in readings(cost(None))
    assert readings(cost(None))["estimated_cost"] == 0.5
