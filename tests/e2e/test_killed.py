"""A task that is killed is tried again, and the run ends as if it had not been."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask
from evergreen.flows.workspace import Workspace
from evergreen.journal.verify import verify
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

AS_OF = "2013-03-01T00:00:00Z"
# How long a task runs before it is killed. One that was done by then is killed sooner, in another run.
DELAYS = (0.5, 0.2, 0.0)
Begin = Callable[[int], tuple[str, str]]


def killed(house: Any, task: str, begin: Begin) -> tuple[int, Any]:
    """Kill ``task`` in the run that ``begin`` starts and names; the number of the attempt that did it, and the run."""
    for attempt, after in enumerate(DELAYS):
        dag_id, run_id = begin(attempt)
        hit = house.kill(dag_id, run_id, task, after=after)
        seen = house.finished(dag_id, run_id)
        if hit and seen.tries[task] > 1:
            assert (seen.state, seen.tries[task]) == ("success", 2), house.why(seen)
            return attempt, seen
    raise AssertionError(f"{task} was done before it could be killed, {len(DELAYS)} times.")


def registered(ws: Workspace) -> list[str]:
    """The key of each version, which no two may share."""
    keys = [version.tags["evergreen.key"] for version in ws.registry.versions(ws.model)]
    assert len(keys) == len(set(keys))
    return keys


@pytest.mark.parametrize(("task", "trees"), [("snapshot", 40), ("train", 50), ("register", 60), ("refit", 70)])
def test_a_killed_task_ends_in_the_same_state(house: Any, small: Workspace, task: str, trees: int) -> None:
    dag_id = f"retrain__{small.model}"

    def begin(attempt: int) -> tuple[str, str]:
        run_id = f"killed-{task}-{attempt}"
        house.trigger(dag_id, run_id, as_of=AS_OF, max_iter=trees + attempt)
        return dag_id, run_id

    attempt, _ = killed(house, task, begin)
    ledger = Ledger(small.store, small.model, f"killed-{task}-{attempt}")
    assert ledger.read("report", Report).outcome is Outcome.CHALLENGER
    assert registered(small).count(ledger.read("refit", Refit).candidate.key) == 1
    assert verify(small.store, small.model).fault is None


def test_a_killed_promotion_is_made_once(house: Any, small: Workspace) -> None:
    def begin(attempt: int) -> tuple[str, str]:
        run_id = f"promoted-{attempt}"
        house.trigger(f"retrain__{small.model}", run_id, as_of=AS_OF, max_iter=80 + attempt)
        ledger = Ledger(small.store, small.model, run_id)
        refit: Refit = house.wait(f"the refit of {run_id}", lambda: ledger.find("refit", Refit))
        return f"release__{small.model}", f"release__{run_id}__v{refit.version.number}"

    attempt, seen = killed(house, "promote", begin)
    version = Ledger(small.store, small.model, f"promoted-{attempt}").read("refit", Refit).version.number
    assert seen.states["promote"] == "success"
    promoted = [e.body["version"] for e in small.journal.entries() if e.kind == "promotion"]
    assert promoted.count(version) == 1
    assert small.registry.aliases(small.model)["champion"] == version
    assert verify(small.store, small.model).fault is None


def test_a_request_whose_claim_is_killed_is_served_once(house: Any, small: Workspace) -> None:
    def begin(attempt: int) -> tuple[str, str]:
        as_of, trees = datetime.fromisoformat(AS_OF), {"max_iter": 90 + attempt}
        run_id = house.waiting(small.model)
        ask(small, asked_by="drift", reason="Kill.", request_id=f"kill-{attempt}", as_of=as_of, hyperparameters=trees)
        return f"drift_watch__{small.model}", run_id

    attempt, _ = killed(house, "claim", begin)
    served = house.finished(f"retrain__{small.model}", f"request__kill-{attempt}")
    assert served.state == "success", house.why(served)
    runs = house.ask("GET", f"/dags/retrain__{small.model}/dagRuns?limit=100")["dag_runs"]
    assert [r["dag_run_id"] for r in runs].count(f"request__kill-{attempt}") == 1
    assert verify(small.store, small.model).fault is None
