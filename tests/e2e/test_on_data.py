"""A model that is retrained when data lands: objects speak for themselves, rows of a query are announced."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.house import spec_of

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace, open_workspace
from evergreen.records.request import RetrainRequest
from evergreen.records.run import Way

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ON_DATA = {"kind": "on_data"}
QUERY = "SELECT * FROM events WHERE at >= :start AND at < :end"


def only_request(house: Any, ws: Workspace) -> RetrainRequest:
    """The one request of a model, as soon as there is one."""
    (status,) = house.wait(f"a request for {ws.model}", lambda: tuple(ws.journal.state().requests.values()))
    request: RetrainRequest = status.request
    return request


def test_an_interval_that_has_landed_is_trained_on_once(house: Any, drop: Callable[..., Workspace]) -> None:
    ws = drop("e2e_on_data", schedule=ON_DATA)
    request = only_request(house, ws)
    run_id = f"request__{request.request_id}"
    seen = house.finished("retrain__e2e_on_data", run_id)
    assert set(seen.states.values()) == {"success"}, house.why(seen) or seen.note
    run = Ledger(ws.store, ws.model, run_id).run()
    assert (run.way, run.request_id, run.as_of.isoformat()) == (
        Way.SCHEDULE, request.request_id, "2013-03-01T00:00:00+00:00",
    )  # fmt: skip
    assert run.reason == "The data is complete up to 2013-03-01 00:00 UTC."
    assert run.reason in seen.note
    command = [str(Path(sys.executable).with_name("evergreen")), "landed", "--model", ws.model]
    said = subprocess.run(command, env=house.stack.shell_env, capture_output=True, text=True, check=True)
    assert f"Request {request.request_id} was made for the data up to 2013-03-01" in said.stdout
    assert list(ws.journal.state().requests) == [request.request_id]


def test_an_event_that_starts_no_run_is_heard_all_the_same(
    house: Any, write_folder: Callable[[str, str], None]
) -> None:
    source = {"kind": "sql", "connection": "nowhere", "query": QUERY}
    write_folder("e2e_sql", yaml.safe_dump(spec_of("e2e_sql") | {"schedule": ON_DATA, "source": source}))

    def asset() -> Any:
        return house.ask("GET", "/assets?uri_pattern=evergreen://e2e_sql/raw")["assets"]

    (found,) = house.wait("the asset of e2e_sql", asset)
    event = {"asset_id": found["id"], "extra": {"end": "2013-03-01T00:00:00Z"}}
    assert house.ask("POST", "/assets/events", json=event)["created_dagruns"] == []
    request = only_request(house, open_workspace("e2e_sql"))
    assert (request.way, request.as_of) == (Way.SCHEDULE, datetime(2013, 3, 1, tzinfo=UTC))
