"""``rollback__<model>`` for each folder, and the two DAGs that govern the fleet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]


def _governing(parse: Parse) -> dict[str, Any]:
    return {dag.dag_id: dag for dag in parse("govern").values()}


def test_a_broken_folder_can_be_rolled_back_too(parse: Parse, write_model: Write, models_dir: Path) -> None:
    write_model("alpha")
    (models_dir / "broken").mkdir()
    (models_dir / "broken" / "model.yaml").write_text("{", encoding="utf-8")
    dags = parse("rollback")
    assert sorted(dags) == ["rollback__alpha", "rollback__broken"]
    assert [t.task_id for t in dags["rollback__broken"].tasks] == ["rollback"]
    assert dags["rollback__alpha"].is_paused_upon_creation is False


def test_the_form_of_a_rollback_needs_a_reason(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    params = parse("rollback")["rollback__alpha"].params
    assert params.get_param("version").resolve() is None
    assert params.get_param("version").resolve(3) == 3
    for name, bad in (("version", 0), ("version", "three"), ("reason", ""), ("reason", "x" * 501)):
        with pytest.raises(ParamValidationError):
            params.get_param(name).resolve(bad)


def test_a_task_builds_its_own_rollback_alone(
    parse: Parse, write_model: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("alpha", "beta"):
        write_model(name)
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "rollback__beta")
    assert sorted(parse("rollback")) == ["rollback__beta"]


def test_one_look_an_hour_and_none_made_up_for(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = _governing(parse)["govern__registry"]
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)
    assert [(t.task_id, t.trigger_rule) for t in dag.tasks] == [("govern", "all_success"), ("alert", "all_done")]


def test_a_freeze_is_for_a_model_or_for_the_fleet(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    params = _governing(parse)["govern__freeze"].params
    assert [params.get_param("scope").resolve(name) for name in ("alpha", "_fleet")] == ["alpha", "_fleet"]
    assert params.get_param("action").resolve() == "freeze"
    for name, bad in (("scope", "nobody"), ("action", "thaw"), ("reason", "")):
        with pytest.raises(ParamValidationError):
            params.get_param(name).resolve(bad)


def test_airflow_can_store_them(parse: Parse, write_model: Write) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    write_model("alpha")
    for dag_id, dag in (_governing(parse) | parse("rollback")).items():
        assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).dag_id == dag_id
