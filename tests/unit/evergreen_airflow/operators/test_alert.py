"""The tasks that tell: what is red, what is tried again, and where messages point to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from tests.unit.flows.governed import opened
from tests.unit.flows.test_tell import FOUND
from tests.unit.journal.story import MODEL
from tests.unit.monitoring.samples import report

from evergreen.core.errors import OutageError
from evergreen.flows import books as room
from evergreen.flows import tell
from evergreen.flows.follow import follow
from evergreen.flows.looks import newest_key
from evergreen.flows.workspace import Workspace
from evergreen.records.alert import Alert
from evergreen_airflow.notifiers import alert as notifiers
from evergreen_airflow.operators.alert import AlertOperator, FleetAlertOperator, links_of

Make = Callable[..., Any]


@pytest.fixture
def told(memory_workspace: Workspace, small_spec: Make) -> Workspace:
    """A model with a finding, whose alerts go to ``ops``."""
    object.__setattr__(memory_workspace, "spec", small_spec(monitoring={"alerts": ["ops"]}))
    found = replace(report((FOUND,)), model="small", key="small/reports/monitoring/2013-06-01T0000Z/page.html")
    memory_workspace.store.put(newest_key("small"), found.to_json())
    return memory_workspace


@pytest.mark.usefixtures("told")
def test_it_tells_each_connection_once(context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, Alert]] = []
    monkeypatch.setattr(notifiers.Sender, "__call__", lambda _, *said: heard.append(said))
    task = AlertOperator(task_id="alert", model="small")
    assert [task.execute(context()) for _ in range(2)] == [{"standing": ["drift"], "waiting": 0}] * 2
    ((connection, alert),) = heard
    assert connection == "ops"
    assert "Report: http://airflow.test/evergreen/reports/small/monitoring/2013-06-01T0000Z/page.html" in alert.body
    assert task.trigger_rule == "all_done"


@pytest.mark.usefixtures("told")
def test_a_connection_that_is_not_there_is_red_at_once(context: Make) -> None:
    with pytest.raises(AirflowFailException, match=r"InputError: small: 1 connections were not told, .* no connection"):
        AlertOperator(task_id="alert", model="small").execute(context())


@pytest.mark.usefixtures("told")
def test_an_outage_is_left_to_airflows_retries(context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OutageError("ops was not told")

    monkeypatch.setattr(notifiers.Sender, "__call__", away)
    with pytest.raises(OutageError, match="will be at the next look"):
        AlertOperator(task_id="alert", model="small").execute(context())


def test_a_link_leads_to_the_version() -> None:
    assert links_of(replace(report(()), key="small/reports/x.html"))[1].endswith("/#/models/flights/versions/2")


def test_the_fleet_is_told_of(context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    books, registry = opened()
    follow(books)
    registry.set_alias(MODEL, "champion", 1)
    follow(books)
    monkeypatch.setattr(room, "fleet", lambda: (MODEL,))
    monkeypatch.setattr(tell.tell_fleet, "__kwdefaults__", {"opened": lambda _model: books})
    assert FleetAlertOperator(task_id="alert").execute(context()) == {"models": 1, "waiting": 0}
