"""What a person sees: log in, find the model, follow a run to its report, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SHOTS = Path(__file__).resolve().parents[2] / ".evergreen" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, stack: Any) -> Iterator[Page]:
    """A page of a new visitor."""
    context = browser.new_context(base_url=stack.airflow_url, viewport={"width": 1500, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def log_in(page: Page, stack: Any, user: str = "admin") -> None:
    page.goto("/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(stack.passwords[user])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Dags").first).to_be_visible(timeout=PATIENCE_MS)


def test_a_visitor_sees_nothing_without_a_login(page: Page) -> None:
    page.goto("/dags/retrain__flight_delays")
    expect(page.get_by_label("Password")).to_be_visible(timeout=PATIENCE_MS)


def test_the_dag_page_says_what_the_model_is_for(page: Page, stack: Any) -> None:
    log_in(page, stack)
    page.goto("/dags/retrain__flight_delays")
    expect(page.get_by_text("retrain__flight_delays").first).to_be_visible(timeout=PATIENCE_MS)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "dag.png")


def test_the_form_offers_the_hyperparameters(page: Page, stack: Any) -> None:
    log_in(page, stack)
    page.goto("/dags/retrain__flight_delays")
    page.get_by_role("button", name="Trigger").first.click()
    for field in ("As of", "Training window", "Reason", "Dry run", "max_iter"):
        expect(page.get_by_text(field).first).to_be_visible(timeout=PATIENCE_MS)
    page.screenshot(path=SHOTS / "form.png")
