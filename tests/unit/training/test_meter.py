"""What a piece of work costs."""

import json
import subprocess
import sys

from evergreen.training.meter import Meter

MEASURE = """
import json
from evergreen.training.meter import Meter

peaks = []
for size in (0, 40 << 20):
    with Meter() as meter:
        bytearray(b"x") * size
    peaks.append(meter.cost(0.0, None).peak_memory_bytes)
print(json.dumps(peaks))
"""


def test_memory_that_was_given_back_counts() -> None:
    # In a process of its own: what Airflow's tests do to theirs (it may not be dumped) takes /proc/self from its owner.
    done = subprocess.run([sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True)
    small, large = json.loads(done.stdout)
    assert large - small > 20 << 20


def test_money_follows_the_cpu() -> None:
    with Meter() as meter:
        sum(range(1_000_000))
    cost = meter.cost(3600.0, 4)
    assert cost.cpu_seconds > 0
    assert abs(cost.cost - cost.cpu_seconds) < 1e-5
    assert cost.iterations == 4
