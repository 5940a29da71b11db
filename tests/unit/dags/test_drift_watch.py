"""``drift_watch__<model>``: serves retrain requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]


def test_it_looks_often_and_never_beside_itself(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert dag.timetable.can_be_scheduled
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)


def test_the_run_that_serves_a_request_is_started_once(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert dag.get_task("claim").downstream_task_ids == {"retrain"}
    retrain = dag.get_task("retrain")
    assert retrain.trigger_dag_id == "retrain__alpha"
    assert retrain.skip_when_already_exists
