"""What an approver sees and does on Airflow's own page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.house import retrain_here

from evergreen.flows.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MODEL = "e2e_shown"
SHOTS = Path(__file__).resolve().parents[2] / ".evergreen" / "screenshots"


@pytest.fixture(scope="module")
def question(house: Any, drop: Callable[..., Workspace]) -> str:
    """The path of a question that waits."""
    ws = drop(MODEL, approval={"mode": "required", "approvers": ["ada"]})
    retrain_here(ws, "shown")
    run = "release-shown"
    house.parsed(f"release__{MODEL}")
    assert house.trigger(f"release__{MODEL}", run, run_id="shown").is_success

    def waits() -> Any:
        found = house.seen(f"release__{MODEL}", run)
        return found is not None and found.states.get("approve") == "awaiting_input"

    house.wait("the question", waits)
    return f"/dags/release__{MODEL}/runs/{run}/tasks/approve/required_actions"


@pytest.fixture
def approver(visitor: BrowserContext, stack: Any) -> Page:
    """A page of ada, who has logged in through the form."""
    page = visitor.new_page()
    page.goto("/")
    page.locator("input[name=username]").fill("ada")
    page.locator("input[name=password]").fill(stack.passwords["ada"])
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("Welcome").first).to_be_visible()
    return page


def test_an_approver_reads_the_question_and_says_yes(approver: Page, question: str, house: Any) -> None:
    approver.goto(question)
    expect(approver.get_by_text(re.compile(rf"May version \d of {MODEL} become champion\?")).first).to_be_visible()
    expect(approver.get_by_role("heading", name="Verdict: PASS")).to_be_visible()
    expect(approver.get_by_role("cell", name="roc_auc").first).to_be_visible()
    expect(approver.get_by_role("link", name="The whole report")).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    approver.screenshot(path=SHOTS / "approval.png", full_page=True)
    approver.locator("[name='element_reason']").fill("Seen on the page.")
    approver.get_by_role("button", name=re.compile("Approve")).first.click()
    run = question.split("/")[4]
    seen = house.finished(f"release__{MODEL}", run)
    assert set(seen.states.values()) == {"success"}, house.why(seen)
    assert "Approved by ada: Seen on the page." in seen.note
