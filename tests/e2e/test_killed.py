"""A task that is killed is tried again, and the run ends as if it had not been."""

from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.verify import verify
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

AS_OF = "2013-03-01T00:00:00Z"


@pytest.mark.parametrize(("task", "trees"), [("snapshot", 41), ("train", 42), ("register", 43), ("refit", 44)])
def test_a_killed_task_ends_in_the_same_state(house: Any, small: Workspace, task: str, trees: int) -> None:
    dag_id, run_id = f"retrain__{small.model}", f"killed-{task}"
    house.trigger(dag_id, run_id, as_of=AS_OF, max_iter=trees)
    house.kill(dag_id, run_id, task)
    seen = house.finished(dag_id, run_id)
    assert (seen.state, seen.tries[task]) == ("success", 2), house.why(seen)
    ledger = Ledger(small.store, small.model, run_id)
    assert ledger.read("report", Report).outcome is Outcome.CHALLENGER
    refit = ledger.read("refit", Refit)
    twice = [v.tags["evergreen.key"] for v in small.registry.versions(small.model)]
    assert twice.count(refit.candidate.key) == 1
    assert len(twice) == len(set(twice))
    assert verify(small.store, small.model).fault is None
