"""What calling a function of a model folder in its jail costs: the first call of a task, and later ones.

The peer is the same recipe imported and called in a fresh interpreter without a jail, by the same clock: user and system
CPU seconds of the processes, and wall seconds beside them, since machines are noisy.

    python benchmarks/jail.py --calls 50
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from evergreen.jail import process
from evergreen.jail.call import call
from evergreen.spec.load import load
from evergreen.training.hyperparameters import resolve

FOLDER = Path(__file__).parents[1] / "models" / "flight_delays"
PLAIN = """
import sys
sys.path.insert(0, sys.argv[1])
import json, skops.io, pipeline
skops.io.dumps(pipeline.build(seed=0, **json.loads(sys.argv[2])))
"""


def main() -> None:
    """Print the costs of the plain call, of the first call in a jail and of one more."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--calls", type=int, default=50)
    calls = arguments.parse_args().calls
    told("a fresh interpreter, no jail", *plain())
    first_wall, later = in_jail(calls)
    children = cpu()
    process._held.pop().end()  # noqa: SLF001 (its CPU seconds are known when it has ended)
    told(f"1 + {calls} calls in a jail", first_wall + sum(later), cpu() - children)
    print(f"  first call {first_wall:.2f} s wall, one more {statistics.median(later) * 1000:.0f} ms wall (median)")


def plain() -> tuple[float, float]:
    """Wall and CPU seconds of importing the recipe and calling it."""
    import json

    spec = load(FOLDER)
    before, start = cpu(), time.perf_counter()
    subprocess.run([sys.executable, "-c", PLAIN, str(FOLDER), json.dumps(resolve(spec, {}))], check=True)
    return time.perf_counter() - start, cpu() - before


def in_jail(calls: int) -> tuple[float, list[float]]:
    """Wall seconds of the first call, and of each later one."""
    spec, walls = load(FOLDER), []
    for _ in range(calls + 1):
        start = time.perf_counter()
        call(
            FOLDER,
            "pipeline:build",
            resolve(spec, {}),
            returns="skops",
            named_by="training.pipeline",
            offered={"seed": 0},
        )
        walls.append(time.perf_counter() - start)
    return walls[0], walls[1:]


def cpu() -> float:
    """CPU seconds of the children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def told(what: str, wall: float, seconds: float) -> None:
    """One line."""
    print(f"{what}: {seconds:.2f} CPU s, {wall:.2f} s wall")


if __name__ == "__main__":
    main()
