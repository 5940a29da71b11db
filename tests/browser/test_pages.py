"""What a person sees: log in, find the model, follow a run to its report, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.steps import CHAIN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DAG = "/dags/retrain__flight_delays"
Shot = Callable[..., None]
BESIDE = {"card", "reference"}
"""They follow each other in no order."""


@pytest.mark.parametrize("path", ["/", DAG])
def test_a_visitor_is_asked_to_log_in(visitor: BrowserContext, path: str, shot: Shot) -> None:
    page = visitor.new_page()
    page.goto(path)
    expect(page.locator("input[name=password]")).to_be_visible()
    assert "/auth/login" in page.url
    expect(page.get_by_text("flight_delays")).to_have_count(0)
    shot(page, "login")


def test_the_dag_page_says_whose_the_model_is(page: Page, shot: Shot) -> None:
    page.goto(DAG)
    expect(page.get_by_role("heading", name="retrain__flight_delays")).to_be_visible()
    expect(page.get_by_role("link", name="Network operations").first).to_be_visible()
    for task in CHAIN:
        expect(page.get_by_role("link", name=task, exact=True)).to_be_visible()
    shot(page, "dag")


def test_the_graph_shows_the_steps_in_their_order(page: Page, shot: Shot) -> None:
    page.goto(DAG)
    page.locator("button[aria-label*='Show Graph']").click()
    nodes = page.locator(".react-flow__node")
    expect(nodes).to_have_count(len(CHAIN))
    found = [text.split()[0] for text in nodes.all_inner_texts()]
    assert set(found) == set(CHAIN)
    assert [t for t in found if t not in BESIDE] == [t for t in CHAIN if t not in BESIDE]
    shot(page, "graph")


def test_the_form_offers_the_hyperparameters_and_can_be_sent_as_it_is(page: Page, shot: Shot) -> None:
    page.goto(DAG)
    page.locator("button[aria-label*='Trigger Dag']").first.click()
    for field in ("As of", "Training window", "Reason", "Dry run"):
        expect(page.get_by_text(field).first).to_be_visible()
    page.get_by_role("button", name="Hyperparameters").click()
    for field, default in {"max_iter": "150", "learning_rate": "0.1", "max_leaf_nodes": "31"}.items():
        expect(page.locator(f"[name='element_{field}']")).to_have_value(default)
    expect(page.get_by_test_id("trigger-dag-submit")).to_be_enabled()
    shot(page, "form")


def test_a_run_leads_to_its_report(page: Page, by_hand: Any, shot: Shot) -> None:
    dag_id, run_id = by_hand.run["dag_id"], by_hand.run["dag_run_id"]
    page.goto(f"/dags/{dag_id}/runs/{run_id}")
    expect(page.get_by_role("heading", name=re.compile(run_id)).or_(page.get_by_text(run_id)).first).to_be_visible()
    shot(page, "run")
    page.goto(f"/dags/{dag_id}/runs/{run_id}/tasks/report/details")
    link = page.get_by_role("link", name="Report", exact=True)
    expect(link).to_be_visible()
    shot(page, "task")
    link.click()
    expect(page.get_by_text("More trees.")).to_be_visible()
    expect(page.get_by_text("challenger").first).to_be_visible()
    shot(page, "report")
