"""A task that is killed is tried again, and everything ends as if it had not been."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.journal.verify import verify
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

AS_OF = datetime.fromisoformat("2013-03-01T00:00:00Z")
KILLED = ("claim", "snapshot", "train", "register", "refit", "promote")
"""In the order in which they come, from a request to its champion."""
DELAYS = (0.5, 0.2, 0.0)
"""How long a task runs before it is killed. One that was done by then is killed sooner, while another request is served."""


class Serving:
    """A request of the small model, and the runs that serve it."""

    def __init__(self, house: Any, ws: Workspace, attempt: int) -> None:
        self.house, self.ws, self.request = house, ws, f"kill-{attempt}"
        self.watch = house.waiting(ws.model)
        trees = {"max_iter": 40 + attempt}
        ask(ws, asked_by="drift", reason="Kill.", request_id=self.request, as_of=AS_OF, hyperparameters=trees)

    @property
    def ledger(self) -> Ledger:
        """What the retraining wrote."""
        return Ledger(self.ws.store, self.ws.model, run_id_of(self.request))

    def run_of(self, task: str) -> tuple[str, str]:
        """The DAG of a task, and its run as soon as its name is known."""
        if task == "claim":
            return f"drift_watch__{self.ws.model}", self.watch
        run_id = run_id_of(self.request)
        if task != "promote":
            return f"retrain__{self.ws.model}", run_id
        refit: Refit = self.house.wait(f"the refit of {run_id}", lambda: self.ledger.find("refit", Refit))
        return f"release__{self.ws.model}", f"release__{run_id}__v{refit.version.number}"


@pytest.fixture(scope="module")
def served(house: Any, small: Workspace) -> list[Serving]:
    """Requests, as few as it took, in whose serving each of the tasks was killed once and then succeeded."""
    found: list[Serving] = []
    left = set(KILLED)
    for attempt, after in enumerate(DELAYS):
        found.append(serving := Serving(house, small, attempt))
        hit = {task for task in KILLED if task in left and house.kill(*serving.run_of(task), task, after=after)}
        for task in KILLED:
            seen = house.finished(*serving.run_of(task))
            assert seen.state == "success", house.why(seen)
            if task in hit and seen.tries[task] > 1:  # else its work was done, and its process just not gone
                assert (seen.states[task], seen.tries[task]) == ("success", 2)
                left.remove(task)
        if not left:
            return found
    raise AssertionError(f"{', '.join(sorted(left))}: done before they could be killed, {len(DELAYS)} times.")


def test_a_request_is_served_by_one_run_whatever_is_killed(house: Any, small: Workspace, served: list[Serving]) -> None:
    runs = house.ask("GET", f"/dags/retrain__{small.model}/dagRuns?limit=100")["dag_runs"]
    counted = Counter(run["dag_run_id"] for run in runs)
    requests = small.journal.state().requests
    for serving in served:
        assert counted[run_id_of(serving.request)] == 1
        assert requests[serving.request].outcome == Outcome.CHALLENGER.value
        assert serving.ledger.read("report", Report).outcome is Outcome.CHALLENGER


def test_no_version_is_made_twice(small: Workspace, served: list[Serving]) -> None:
    keys = Counter(version.tags["evergreen.key"] for version in small.registry.versions(small.model))
    assert set(keys.values()) == {1}
    for serving in served:
        assert keys[serving.ledger.read("refit", Refit).candidate.key] == 1


def test_a_killed_promotion_is_made_once(small: Workspace, served: list[Serving]) -> None:
    versions = [serving.ledger.read("refit", Refit).version.number for serving in served]
    promoted = Counter(e.body["version"] for e in small.journal.entries() if e.kind == "promotion")
    assert [promoted[version] for version in versions] == [1] * len(versions)
    assert small.registry.aliases(small.model)["champion"] == versions[-1]


def test_the_journal_verifies(small: Workspace, served: list[Serving]) -> None:
    assert verify(small.store, small.model).fault is None
