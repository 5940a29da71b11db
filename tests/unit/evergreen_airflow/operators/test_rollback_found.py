"""A decision to roll back becomes the id and the form of one rollback; any other decision becomes none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from tests.unit.monitoring.samples import report

from evergreen.flows import monitor
from evergreen.flows.workspace import Workspace
from evergreen.records.monitor import Action, Decision
from evergreen_airflow.operators.monitor import DecideOperator
from evergreen_airflow.operators.rollback_found import RollbackFoundOperator

Make = Callable[..., Any]


@pytest.fixture
def find(memory_workspace: Workspace, context: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[[Action], Any]:
    """What follows from a decision, whose task may have run before and been stopped."""
    assert memory_workspace.model == "small"

    def found(action: Action) -> Any:
        made = replace(report(()), decision=Decision(action=action, reason="AUC is 0.51; at least 0.7 is asked."))
        monkeypatch.setattr(monitor, "decide", lambda *_: made)
        given = context()
        decided = DecideOperator(task_id="decide", model="small").execute(given)
        given["ti"].xcom_pull = lambda task_ids: decided if task_ids == "decide" else None
        return RollbackFoundOperator(task_id="rollback_found").execute(given)

    return found


def test_a_rollback_is_one_run_however_often_it_is_found(find: Callable[[Action], Any]) -> None:
    first = find("rollback")
    assert first == find("rollback")
    assert first["run_id"].startswith("monitor__2013-")
    reason = "Monitoring found: AUC is 0.51; at least 0.7 is asked."
    assert first["conf"] == {"champion": 2, "reason": reason}, "whichever serves when the run begins"


@pytest.mark.parametrize("action", ["none", "alert", "retrain"])
def test_another_decision_ends_here(find: Callable[[Action], Any], action: Action) -> None:
    with pytest.raises(AirflowSkipException, match=f"The decision is: {action}."):
        find(action)
