"""``release__<model>``: from a challenger to champion."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]


def test_the_steps_follow_each_other(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("release")["release__alpha"]
    assert [t.task_id for t in dag.topological_sort()] == ["approve", "confirm", "release", "promote", "report"]
    assert dag.get_task("report").trigger_rule == "all_done"


def test_it_asks_for_the_run_that_made_the_challenger(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    field = parse("release")["release__alpha"].params.get_param("run_id")
    assert field.resolve("m1") == "m1"
    with pytest.raises(ParamValidationError):
        field.resolve("")


def test_the_retraining_starts_it_once_for_its_own_run(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    hand_over = parse("retrain")["retrain__alpha"].get_task("release")
    assert hand_over.trigger_dag_id == "release__alpha"
    version = "{{ ti.xcom_pull(task_ids='refit')['version'] }}"
    assert hand_over.trigger_run_id == "release__{{ run_id }}__v" + version, "a cleared run releases its new challenger"
    assert hand_over.conf == {"run_id": "{{ run_id }}"}
    assert hand_over.skip_when_already_exists
