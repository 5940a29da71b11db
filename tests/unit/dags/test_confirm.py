"""``confirm__<model>``: a person says whether to retrain, where the spec asks for that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]
ASKED = {"retraining": {"confirm": "required", "confirmers": ["ada"]}}


def test_only_models_whose_retrainings_are_confirmed_have_it(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    write_model("beta", monitoring=ASKED)
    dags = parse("confirm")
    assert list(dags) == ["confirm__beta"]
    dag = dags["confirm__beta"]
    assert [t.task_id for t in dag.topological_sort()] == ["ask", "answer"]
    assert (dag.is_paused_upon_creation, dag.timetable.can_be_scheduled) == (False, False)


def test_it_is_asked_about_one_request(parse: Parse, write_model: Write) -> None:
    write_model("beta", monitoring=ASKED)
    field = parse("confirm")["confirm__beta"].params.get_param("request_id")
    assert field.resolve("r1") == "r1"
    with pytest.raises(ParamValidationError):
        field.resolve("")


def test_monitoring_starts_it_by_what_the_journal_says(parse: Parse, write_model: Write) -> None:
    write_model("beta", monitoring=ASKED)
    dag = parse("monitor")["monitor__beta"]
    found, trigger = dag.get_task("unconfirmed"), dag.get_task("confirm")
    assert dag.get_task("decide").downstream_task_ids == {"alert", "rollback_found", "unconfirmed"}
    assert found.downstream_task_ids == {"confirm"}
    assert found.trigger_rule == "all_done", "what was not asked before is asked though no report is due"
    assert (trigger.trigger_dag_id, trigger.skip_when_already_exists) == ("confirm__beta", True)
    assert trigger.trigger_run_id == "{{ ti.xcom_pull(task_ids='unconfirmed')['run_id'] }}"
