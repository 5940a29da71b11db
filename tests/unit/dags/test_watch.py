"""``watch__registry``: a promotion that somebody asks for in MLflow starts its release."""

from collections.abc import Callable
from typing import Any

Parse = Callable[[str], dict[str, Any]]


def test_one_task_looks_for_the_whole_fleet_and_starts_each_release_once(parse: Parse) -> None:
    dag = parse("watch")["watch"]
    assert (dag.dag_id, dag.catchup, dag.max_active_runs) == ("watch__registry", False, 1)
    assert dag.is_paused_upon_creation is False
    assert dag.get_task("requested").downstream_task_ids == {"release"}
    release = dag.get_task("release")
    assert release.is_mapped
    arguments = {"trigger_dag_id": "release__alpha", "trigger_run_id": "r", "conf": {"run_id": "1"}}
    trigger = release.unmap(arguments)
    assert trigger.trigger_dag_id == "release__alpha"
    assert trigger.skip_when_already_exists


def test_one_task_looks_at_the_newest_predictions_of_the_whole_fleet(parse: Parse) -> None:
    dag = parse("watch")["predictions"]
    assert (dag.dag_id, dag.catchup, dag.max_active_runs) == ("watch__predictions", False, 1)
    assert dag.is_paused_upon_creation is False
    assert dag.task_ids == ["light"]
