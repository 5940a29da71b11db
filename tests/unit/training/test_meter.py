"""What a piece of work costs."""

import numpy as np

from evergreen.training.meter import Meter


def test_memory_that_was_given_back_counts_and_money_follows_the_cpu() -> None:
    with Meter() as small:
        pass
    with Meter() as large:
        np.ones(40 << 20, dtype=np.uint8).sum()
    cost = large.cost(3600.0, 4)
    assert cost.peak_memory_bytes - small.cost(0.0, None).peak_memory_bytes > 20 << 20
    assert abs(cost.cost - cost.cpu_seconds) < 1e-5
    assert cost.iterations == 4
