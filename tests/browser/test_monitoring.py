"""What a person sees of monitoring, and says to it, on Airflow's own pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.desk import Desk, open_desk

from evergreen.flows.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MODEL = "e2e_watched"
CAUSE = "Written on the page."
Shot = Callable[..., None]


@pytest.fixture(scope="module")
def desk(house: Any, drop: Callable[..., Workspace]) -> Desk:
    """Monitoring has looked, and asks ada."""
    desk = open_desk(house, drop, MODEL)
    seen = desk.look("looked")
    assert seen.state == "success", house.why(seen)
    desk.question()
    return desk


def test_a_look_leads_to_its_report(ada: Page, desk: Desk, shot: Shot) -> None:
    ada.goto(f"/dags/monitor__{MODEL}/runs/looked/tasks/decide/details")
    link = ada.get_by_role("link", name="Report", exact=True)
    expect(link).to_be_visible()
    link.click()
    expect(ada.get_by_role("heading", name="Decision")).to_be_visible()
    expect(ada.get_by_role("cell", name="age").first).to_be_visible()
    expect(ada.get_by_text("Predictions from").first).to_be_visible()
    shot(ada, "monitoring", whole=True)


def test_the_confirmer_writes_the_cause_into_the_form(ada: Page, desk: Desk, shot: Shot) -> None:
    ada.goto(f"/dags/{desk.dag}/runs/{desk.run}/tasks/ask/required_actions")
    expect(ada.get_by_text(f"May {MODEL} be retrained?").first).to_be_visible()
    ada.locator("[name='element_reason']").fill(CAUSE)
    shot(ada, "confirm", whole=True)
    ada.get_by_role("button", name=re.compile("Approve")).first.click()
    seen = desk.house.finished(desk.dag, desk.run)
    assert seen.states["answer"] == "success", desk.house.why(seen)
    (entry,) = [e for e in desk.ws.journal.entries() if e.kind == "request_confirmed"]
    assert (entry.actor, entry.body["cause"]) == ("ada", CAUSE)
