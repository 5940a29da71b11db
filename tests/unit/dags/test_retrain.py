"""``retrain__<model>``: the chain, its schedule, and folders that cannot be read."""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.steps import CHAIN

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]


def test_the_steps_follow_each_other(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("retrain")["retrain__alpha"]
    assert [t.task_id for t in dag.topological_sort()] == CHAIN
    beside = {"card", "reference"}
    follows = {before: {after} for before, after in pairwise(CHAIN)}
    follows |= {"refit": beside} | {task: {"report"} for task in beside}
    assert {task: dag.get_task(task).downstream_task_ids for task in CHAIN[:-1]} == follows


def test_only_the_trainings_take_a_slot_of_the_pool(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("retrain")["retrain__alpha"]
    assert {t.task_id for t in dag.tasks if t.pool == "training"} == {"train", "refit"}


def test_an_outage_is_waited_for_and_nothing_runs_for_ever(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    for task in parse("retrain")["retrain__alpha"].tasks:
        assert task.retries == 3
        assert task.retry_exponential_backoff > 1
        assert task.execution_timeout is not None


def test_one_dag_a_folder_and_one_run_at_a_time(parse: Parse, write_model: Write) -> None:
    for name in ("alpha", "beta", "gamma"):
        write_model(name)
    dags = parse("retrain")
    assert sorted(dags) == ["retrain__alpha", "retrain__beta", "retrain__gamma"]
    assert {dag.max_active_runs for dag in dags.values()} == {1}
    assert all("Tests" in dag.doc_md for dag in dags.values())


@pytest.mark.parametrize("broken", ["version: 1\nname: broken\nownr: {}\n", "{", "", "name: [\n", "version: 99\n"])
def test_a_broken_folder_is_shown_and_stops_nobody(
    parse: Parse, write_model: Write, models_dir: Path, broken: str
) -> None:
    for name in ("alpha", "beta", "gamma"):
        write_model(name)
    (models_dir / "broken").mkdir()
    (models_dir / "broken" / "model.yaml").write_text(broken, encoding="utf-8")
    dags = parse("retrain")
    assert sorted(dags) == ["retrain__alpha", "retrain__beta", "retrain__broken", "retrain__gamma"]
    shown = dags["retrain__broken"]
    assert "broken" in shown.tags
    assert "model.yaml" in shown.doc_md
    assert shown.timetable.can_be_scheduled is False
    assert [t.task_id for t in shown.tasks] == ["broken"]
    assert sorted(parse("release")) == ["release__alpha", "release__beta", "release__gamma"]


def test_a_folder_without_a_spec_and_one_with_a_strange_name_are_shown(parse: Parse, models_dir: Path) -> None:
    (models_dir / "empty").mkdir()
    (models_dir / "my model").mkdir()
    dags = parse("retrain")
    assert sorted(dags) == ["retrain__empty", "retrain__my_model_76eeb051"]


def test_the_placeholder_fails_with_the_reason(parse: Parse, models_dir: Path) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    (models_dir / "empty").mkdir()
    (task,) = parse("retrain")["retrain__empty"].tasks
    with pytest.raises(AirflowFailException, match=r"model\.yaml"):
        task.execute({})


def test_a_hyperparameter_that_hides_a_field_breaks_its_own_dag_only(parse: Parse, write_model: Write) -> None:
    training = {"window": {"kind": "sliding", "length": "30d"}, "hyperparameters": {"reason": {"default": 1}}}
    write_model("alpha")
    write_model("beta", training=training)
    dags = parse("retrain")
    assert "broken" in dags["retrain__beta"].tags
    assert "broken" not in dags["retrain__alpha"].tags


def test_a_task_reads_its_own_folder_alone(parse: Parse, write_model: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alpha", "beta"):
        write_model(name)
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "retrain__beta")
    assert sorted(parse("retrain")) == ["retrain__beta"]


def test_airflow_can_store_every_schedule(parse: Parse, write_model: Write) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    cron = {"kind": "cron", "expression": "0 6 1 * *", "start": "2013-03-01T00:00:00Z"}
    write_model("alpha", schedule=cron)
    write_model("beta", schedule={"kind": "on_data"})
    write_model("gamma")
    for dag_id, dag in parse("retrain").items():
        back = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert sorted(back.task_ids) == sorted(CHAIN)
        assert back.timetable.can_be_scheduled is (dag_id == "retrain__alpha")


def test_a_hundred_folders(parse: Parse, write_model: Write) -> None:
    for number in range(100):
        write_model(f"model_{number:03}")
    started = time.process_time()
    assert len(parse("retrain")) == 100
    print(f"\n100 folders parsed in {time.process_time() - started:.2f} CPU seconds")  # noqa: T201 (shown with -s)
