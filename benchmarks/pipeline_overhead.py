"""What the DAG adds to its work: `retrain__flight_delays` on a warm stack against one script calling the same stations.

Both do the same training, judged and not kept (a dry run), with a learning rate of its own so that nothing is adopted
from an earlier run. The peer is the plain script; the ratio is DAG wall time over script wall time. CPU seconds of the
script stand beside, since machines are noisy.

    python benchmarks/pipeline_overhead.py --rounds 3        (with the local stack up)
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from evergreen.core.settings import read_also, settings
from evergreen.flows.workspace import open_workspace
from evergreen.records.run import Run, Way
from evergreen.stack.state import locate
from evergreen.stores.airflow import AirflowApi

MODEL = "flight_delays"
AS_OF = datetime(2013, 7, 1, tzinfo=UTC)


def main() -> None:
    """Print a line a round, then the medians and the ratio."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--script", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    read_also(locate().env)
    if chosen.script:
        script(float(chosen.script))
        return
    land()
    api = AirflowApi(settings().airflow_url, "admin", json.loads(locate().passwords.read_text())["admin"])
    api.unpause(f"retrain__{MODEL}")
    dag(api, rate())  # the first run of a stack is not a warm one
    rounds = [one_round(api, number) for number in range(1, chosen.rounds + 1)]
    tasks = len(api.tasks(f"retrain__{MODEL}", str(api.runs(f"retrain__{MODEL}")[-1]["dag_run_id"])))
    in_dag, in_script = (statistics.median(r[i] for r in rounds) for i in (0, 1))
    print(f"median: DAG {in_dag:.1f} s, script {in_script:.1f} s, ratio {in_dag / in_script:.2f}")
    print(
        f"over the script: {(in_dag - in_script) / tasks:.2f} s a task ({tasks} tasks); target: ratio 1.5 or 1.2 s a task"
    )


def one_round(api: AirflowApi, number: int) -> tuple[float, float]:
    """Wall seconds of the DAG run and of the script, one after the other."""
    in_dag = dag(api, rate())
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, __file__, "--script", str(rate())], check=True)
    in_script, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"round {number}: DAG {in_dag:.1f} s, script {in_script:.1f} s (CPU {cpu:.1f} s)", flush=True)
    return in_dag, in_script


def dag(api: AirflowApi, learning_rate: float) -> float:
    """Wall seconds of one run, from the scheduler's start of it to its end."""
    run_id = f"bench-{uuid4().hex[:8]}"
    conf = {"as_of": AS_OF.isoformat(), "dry_run": True, "learning_rate": learning_rate, "reason": "benchmark"}
    api.trigger(f"retrain__{MODEL}", run_id, conf)
    while (run := api.run(f"retrain__{MODEL}", run_id))["state"] not in {"success", "failed"}:
        time.sleep(0.2)
    if run["state"] == "failed":
        raise SystemExit(f"{run_id} failed; look at {api.url}")
    start, end = (datetime.fromisoformat(run[k]) for k in ("start_date", "end_date"))
    return (end - start).total_seconds()


def script(learning_rate: float) -> None:
    """The same chain in this process."""
    from evergreen.flows.chain import retrain

    run = Run(
        model=MODEL,
        run_id=f"bench-{uuid4().hex[:8]}",
        way=Way.MANUAL,
        as_of=AS_OF,
        asked_by="benchmark",
        reason="benchmark",
        hyperparameters={"learning_rate": learning_rate},
        dry_run=True,
    )
    retrain(open_workspace(MODEL), run)


def land() -> None:
    """See that the months before ``AS_OF`` are there."""
    loader = Path(settings().models_dir) / MODEL / "loader.py"
    subprocess.run([sys.executable, str(loader), "--months", "1-6"], check=True, env=os.environ | read_environment())


def read_environment() -> dict[str, str]:
    """The variables of the local stack, for a program that reads nothing else."""
    lines = locate().env.read_text().splitlines()
    pairs = (line.removeprefix("export ").partition("=") for line in lines)
    return {name: value.strip("'\"") for name, _, value in pairs}


def rate() -> float:
    """A learning rate that no run has had."""
    return 0.1 + int.from_bytes(os.urandom(3)) / 1e10


if __name__ == "__main__":
    main()
