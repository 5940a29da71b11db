"""``monitor__<model>``: the steps of a look, and what a decision leads to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]


def test_the_steps_follow_each_other_and_end_in_alerts_and_a_rollback(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("monitor")["monitor__alpha"]
    follows = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    assert follows == {
        "profile": {"drift"},
        "drift": {"performance"},
        "performance": {"decide"},
        "decide": {"alert", "rollback_found"},
        "alert": set(),
        "rollback_found": {"rollback"},
        "rollback": set(),
    }
    assert dag.get_task("rollback").trigger_dag_id == "rollback__alpha"


def test_one_look_at_a_time_and_none_is_made_up_for_by_a_run_of_its_own(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("monitor")["monitor__alpha"]
    assert (dag.max_active_runs, dag.catchup) == (1, False)


@pytest.mark.parametrize(("every", "cron"), [("1d", "15 0 * * *"), ("6h", "15 * * * *"), ("30m", "*/5 * * * *")])
def test_it_looks_as_often_as_reports_are_due(parse: Parse, write_model: Write, every: str, cron: str) -> None:
    write_model("alpha", monitoring={"every": every, "window": "7d"})
    dag = parse("monitor")["monitor__alpha"]
    assert dag.schedule.expression == cron


def test_a_model_that_is_not_watched_is_looked_at_by_hand(parse: Parse, write_model: Write) -> None:
    write_model("alpha", monitoring={"enabled": False})
    dag = parse("monitor")["monitor__alpha"]
    assert not dag.timetable.can_be_scheduled
    assert set(dag.params) == {"as_of"}
