"""One Chromium and one stack for all pages."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 120_000
SHOTS = Path(__file__).resolve().parents[2] / ".evergreen" / "screenshots"


@pytest.fixture(scope="module", autouse=True)
def patience() -> None:
    """Expectations wait as long as actions do."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of the machine; nothing is downloaded."""
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, stack: Any) -> Iterator[BrowserContext]:
    """Somebody who is not logged in."""
    context = browser.new_context(base_url=stack.airflow_url, viewport={"width": 1500, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def logged_in(visitor: BrowserContext, stack: Any, user: str) -> Page:
    """A page of somebody who has logged in through the form."""
    page = visitor.new_page()
    page.goto("/")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(stack.passwords[user])
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("Welcome").first).to_be_visible()
    return page


@pytest.fixture
def page(visitor: BrowserContext, stack: Any) -> Page:
    """A page of the administrator."""
    return logged_in(visitor, stack, "admin")


@pytest.fixture
def ada(visitor: BrowserContext, stack: Any) -> Page:
    """A page of one who approves and confirms."""
    return logged_in(visitor, stack, "ada")


@pytest.fixture(scope="session")
def shot() -> Callable[..., None]:
    """Keep what a page looks like, for people who look at it afterwards."""

    def taken(page: Page, name: str, *, whole: bool = False) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)

    return taken
