"""``drift_watch__<model>``: serves retrain requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]
QUERY = "SELECT * FROM parcels WHERE at >= :start AND at < :end"


def test_it_looks_often_and_never_beside_itself(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert dag.timetable.can_be_scheduled
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)


def test_it_looks_for_new_data_where_the_schedule_says_so(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    write_model("beta", schedule={"kind": "on_data"})
    write_model("gamma", schedule={"kind": "on_data"}, source={"kind": "sql", "connection": "w", "query": QUERY})
    alpha, beta, gamma = (parse("drift_watch")[f"drift_watch__{name}"] for name in ("alpha", "beta", "gamma"))
    assert not alpha.has_task("landed")
    for dag in (beta, gamma):
        assert dag.get_task("landed").downstream_task_ids == {"claim"}
        assert dag.get_task("claim").trigger_rule == "all_done"
    assert beta.get_task("landed").inlets == []
    assert [asset.uri for asset in gamma.get_task("landed").inlets] == ["evergreen://gamma/raw"]


def test_the_run_that_serves_a_request_is_started_once(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert dag.get_task("claim").downstream_task_ids == {"retrain"}
    retrain = dag.get_task("retrain")
    assert retrain.trigger_dag_id == "retrain__alpha"
    assert retrain.skip_when_already_exists


def test_a_promotion_that_is_asked_for_in_the_registry_starts_a_release(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert dag.get_task("requested").downstream_task_ids == {"release"}
    release = dag.get_task("release")
    assert release.trigger_dag_id == "release__alpha"
    assert release.skip_when_already_exists
    assert not dag.get_task("requested").upstream_task_ids
