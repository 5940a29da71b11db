"""The first step: it begins the run."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from evergreen.core.errors import RunError
from evergreen.flows import retrain
from evergreen.flows.workspace import Workspace
from evergreen_airflow.operators.snapshot import SnapshotOperator

Make = Callable[..., Any]


def test_missing_data_fails_at_once_and_the_run_keeps_what_it_was_asked(
    memory_workspace: Workspace, context: Make
) -> None:
    form = {"as_of": "2013-01-31T00:00:00Z", "reason": "to see"}
    with pytest.raises(AirflowFailException, match="DataError: small"):
        SnapshotOperator(task_id="snapshot", model="small").execute(context(conf=form, params=form))
    assert retrain.resume(memory_workspace, "r1").reason == "to see"


def test_a_form_that_cannot_be_read_begins_no_run(memory_workspace: Workspace, context: Make) -> None:
    with pytest.raises(AirflowFailException, match="unknown field 'max_itr'"):
        SnapshotOperator(task_id="snapshot", model="small").execute(context(conf={"max_itr": 1}))
    with pytest.raises(RunError):
        retrain.resume(memory_workspace, "r1")
