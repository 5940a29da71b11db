"""CPU seconds for an hour of waiting for one model: deferred to the triggerer, against a task that looks each minute.

    python benchmarks/watch.py [--models 200] [--seconds 60] [--memory] [--json]

Deferred: as many triggers as there are models wait in one event loop, as in a triggerer; what the process spends is
divided by models and time. A task each minute: a process is forked that has the libraries of the scheduler imported,
imports our code, opens a journal of 100 entries and looks, which is what the first task of the DAG did each minute. What
Airflow itself spends on a run (scheduling, supervising the process, its API and its database) is left out, so that this
side is flattered. The journals are looked for in the bucket of the settings, where one of 100 entries stays behind; with
``--memory`` in memory, which leaves out the requests to a server.
"""

import argparse
import asyncio
import importlib
import json
import os
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from evergreen.core.clock import now
from evergreen.core.settings import settings
from evergreen.journal.entry import Draft, Kind
from evergreen.journal.journal import Journal
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectStore
from evergreen.stores.s3 import open_store
from evergreen_airflow.triggers import drift
from evergreen_airflow.triggers.drift import DriftTrigger
from evergreen_airflow.triggers.looks import Looks

ENTRIES = 100
TASKS = 5
HOUR = 3600.0


async def wait(store: ObjectStore, models: int, seconds: float) -> dict[str, float]:
    """Let this many triggers wait; what the process spends, and how much the event loop was held up at worst."""
    shared = Looks(lambda: store)
    setattr(drift, "looks", lambda: shared)  # noqa: B010 (the store of this run, whatever the settings say)
    until = (now() + timedelta(seconds=seconds + 60)).isoformat()
    run = uuid4().hex[:8]
    triggers = [DriftTrigger(model=f"bench-{run}-{n}", until=until, sequence=ENTRIES) for n in range(models)]
    tasks = [asyncio.create_task(_fired(trigger)) for trigger in triggers]
    await asyncio.sleep(drift.EVERY)  # all have looked once: the client is there, its connections too
    before, began = time.process_time(), time.perf_counter()
    late = await _latest(seconds)
    spent, took = time.process_time() - before, time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {"cpu_s_per_model_hour": spent / models * HOUR / took, "core": spent / took, "loop_late_ms": 1000 * late}


async def _fired(trigger: DriftTrigger) -> list[Any]:
    return [event async for event in trigger.run()]


async def _latest(seconds: float) -> float:
    """How late the loop came back to a sleeper, at worst."""
    end, worst = time.perf_counter() + seconds, 0.0
    while (began := time.perf_counter()) < end:
        await asyncio.sleep(0.05)
        worst = max(worst, time.perf_counter() - began - 0.05)
    return worst


def look_by_task(store: ObjectStore) -> dict[str, float]:
    """What a forked process spends on one look, in the mean."""
    _import_libraries()
    journal = Journal(store, f"bench-{uuid4().hex[:8]}")
    for number in range(ENTRIES):
        draft = Draft(kind=Kind.SNAPSHOT, key=str(number), body={"number": number})
        journal.append(lambda _, draft=draft: draft)  # type: ignore[misc]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(TASKS):
        _in_child(lambda: _look(store, journal.model))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / TASKS
    return {"cpu_s_per_look": spent, "cpu_s_per_model_hour": 60 * spent}


def _import_libraries() -> None:
    """Those that the scheduler imports, so that the processes it forks need not."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "config"))
    for name in importlib.import_module("airflow_local_settings").PRELOADED:
        importlib.import_module(name)


def _look(store: ObjectStore, model: str) -> None:
    from evergreen.flows.watch import watch
    from evergreen.flows.workspace import open_workspace

    ws = replace(open_workspace("flight_delays"), store=store, journal=Journal(store, model))
    watch(ws, now=now(), started=lambda _run_id: True, ended=lambda _run_id: False)


def _in_child(what: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            what()
        except BaseException:  # noqa: BLE001 (whatever it is, a child does not run on as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        raise SystemExit("The look failed.")


def main() -> None:
    """Measure and print. The task first: it forks, and the triggers begin threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--memory", action="store_true", help="a store in memory instead of the bucket")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # a library looks through all modules, deprecated names included
    store: ObjectStore = MemoryStore() if chosen.memory else open_store(settings())
    task = look_by_task(store)
    trigger = asyncio.run(wait(store, chosen.models, chosen.seconds))
    ratio = task["cpu_s_per_model_hour"] / trigger["cpu_s_per_model_hour"]
    if chosen.json:
        json.dump({"models": chosen.models, "trigger": trigger, "task": task, "ratio": ratio}, sys.stdout, indent=2)
        return
    print(
        f"{chosen.models} models deferred: {trigger['cpu_s_per_model_hour']:.2f} CPU s per model and hour "
        f"({100 * trigger['core']:.1f}% of a core; the event loop late by {trigger['loop_late_ms']:.0f} ms at worst)\n"
        f"a task each minute: {task['cpu_s_per_model_hour']:.1f} CPU s per model and hour "
        f"({task['cpu_s_per_look']:.2f} a look), {ratio:.0f}x"
    )


if __name__ == "__main__":
    main()
