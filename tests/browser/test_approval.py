"""What an approver sees and does on Airflow's own page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.house import retrain_here

from evergreen.flows.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MODEL = "e2e_shown"


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


def test_an_approver_reads_the_question_and_says_yes(
    ada: Page, question: str, house: Any, shot: Callable[..., None]
) -> None:
    ada.goto(question)
    expect(ada.get_by_text(re.compile(rf"May version \d of {MODEL} become champion\?")).first).to_be_visible()
    expect(ada.get_by_role("heading", name="Verdict: PASS")).to_be_visible()
    expect(ada.get_by_role("cell", name="roc_auc").first).to_be_visible()
    expect(ada.get_by_role("link", name="The whole report")).to_be_visible()
    shot(ada, "approval", whole=True)
    ada.locator("[name='element_reason']").fill("Seen on the page.")
    ada.get_by_role("button", name=re.compile("Approve")).first.click()
    run = question.split("/")[4]
    seen = house.finished(f"release__{MODEL}", run)
    assert set(seen.states.values()) == {"success"}, house.why(seen)
    assert "Approved by ada: Seen on the page." in seen.note
