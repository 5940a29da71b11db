"""``drift_watch__<model>``: serves retrain requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Parse = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]
QUERY = "SELECT * FROM parcels WHERE at >= :start AND at < :end"


def test_one_run_always_waits_and_never_beside_another(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    assert type(dag.timetable).__name__ == "ContinuousTimetable"
    assert dag.start_date is not None
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)
    assert dag.task_dict.keys() == {"watch", "claim", "retrain"}


@pytest.mark.parametrize(
    ("changes", "inlets"),
    [
        ({}, []),
        ({"schedule": {"kind": "on_data"}}, []),
        ({"source": {"kind": "sql", "connection": "w", "query": QUERY}}, []),
        (
            {"schedule": {"kind": "on_data"}, "source": {"kind": "sql", "connection": "w", "query": QUERY}},
            ["evergreen://alpha/raw"],
        ),
    ],
)
def test_it_hears_announcements_where_rows_of_a_query_are_new_data(
    parse: Parse, write_model: Write, changes: dict[str, Any], inlets: list[str]
) -> None:
    write_model("alpha", **changes)
    watch = parse("drift_watch")["drift_watch__alpha"].get_task("watch")
    assert [asset.uri for asset in watch.inlets] == inlets


def test_the_run_that_serves_a_request_is_started_once(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    dag = parse("drift_watch")["drift_watch__alpha"]
    claim, retrain = dag.get_task("claim"), dag.get_task("retrain")
    assert (claim.upstream_task_ids, claim.downstream_task_ids) == ({"watch"}, {"retrain"})
    assert retrain.trigger_dag_id == "retrain__alpha"
    assert retrain.skip_when_already_exists


def test_other_dags_hear_of_a_request_that_is_served(parse: Parse, write_model: Write) -> None:
    write_model("alpha")
    (asset,) = parse("drift_watch")["drift_watch__alpha"].get_task("claim").outlets
    assert (asset.name, asset.uri) == ("alpha__retrain_requested", "evergreen://alpha/retrain_requested")
