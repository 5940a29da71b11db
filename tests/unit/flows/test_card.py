"""The model card, made by a real chain: what it says, that it loads nothing, and that it is made once."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from evergreen.core.errors import RunError
from evergreen.flows import card as flow
from evergreen.flows import chain, release, retrain
from evergreen.flows.ledger import Ledger
from evergreen.records.card import Card
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome

from .conftest import Once, Place, promote

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
CHAPTERS = [
    "Purpose",
    "Data",
    "Performance",
    "Slices",
    "Fairness",
    "Calibration and curves",
    "Feature importance",
    "Gates",
    "Approval",
    "Lineage",
    "Costs",
]
WORDS = {
    "intended_use": "Warns <script>alert('desk')</script> & planners.",
    "limits": "Never saw a storm.",
    "ethical_notes": "A late flight | a missed connection.",
}


class _Links(HTMLParser):
    """Everything in a page that makes a browser load something, and every script."""

    LOADING = frozenset({"src", "href", "xlink:href", "data", "action", "srcset", "poster", "background"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v or "" for k, v in attrs if k in self.LOADING and not (v or "").startswith("#")]
        self.found += [tag] if tag in ("script", "link", "iframe", "object", "img", "base") else []


@pytest.fixture
def told(place: Place, once: Once) -> Place:
    """A challenger whose spec says what people say, and judges a sensitive column."""
    return once(place, "told", _tell)


def _tell(place: Place) -> None:
    spec = place.ws.spec.model_dump(mode="json") | {"card": WORDS}
    spec["columns"]["sensitive"] = ["carrier"]
    place.ws = replace(place.ws, spec=place.ws.spec.model_validate_json(json.dumps(spec)))
    assert chain.retrain(place.ws, place.run("first", FEBRUARY)).outcome is Outcome.CHALLENGER


def page(place: Place, card: Card) -> str:
    return place.ws.store.get(card.html_key).decode()


def test_a_challenger_gets_a_card_that_says_everything_and_loads_nothing(told: Place) -> None:
    card = flow.find_card(told.ws, "first")
    assert card is not None
    text, shown = told.ws.store.get(card.markdown_key).decode(), page(told, card)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == CHAPTERS
    assert re.findall(r"<h2>(.+)</h2>", shown) == CHAPTERS
    for said in ("roc_auc", "DeLong", "distance", "carrier", "PASS", "Nobody has answered yet", "small/raw/start="):
        assert said in text
        assert said in shown
    assert text.count("| challenger |") >= 1
    assert shown.count("<svg") == 4  # three curves and the importances
    links = _Links()
    links.feed(shown)
    assert links.found == []
    assert re.findall(r"url\((?!#)", shown) == []
    assert "&lt;script&gt;" in shown
    assert "@import" not in shown


def test_what_matters_is_called_important(told: Place) -> None:
    text = told.ws.store.get(flow.card(told.ws, told.run("first", FEBRUARY)).markdown_key).decode()
    table = text.split("| feature |")[1].split("\n\n")[0]
    assert {line.split("|")[1].strip() for line in table.splitlines()[2:4]} == {"distance", "wind"}


def test_the_same_facts_give_the_same_card_and_an_approval_another(told: Place) -> None:
    run = retrain.resume(told.ws, "first")
    before = flow.find_card(told.ws, "first")
    assert flow.card(told.ws, run) == before
    release.approve(told.ws, "first")
    release.release(told.ws, "first")
    release.promote(told.ws, "first")
    report = release.report(told.ws, "first")
    after = flow.find_card(told.ws, "first")
    assert before is not None
    assert after is not None
    assert (before.approved, after.approved) == (None, True)
    assert before.html_key != after.html_key
    assert "Approved by policy:auto" in page(told, after)
    assert after.sha256 in report.text
    assert release.report(told.ws, "first") == report


def test_it_lies_beside_the_mlflow_run_of_the_version(told: Place) -> None:
    refit = Ledger(told.ws.store, "small", "first").read("refit", Refit)
    texts = told.ws.registry.runs[refit.candidate.run_id].texts  # type: ignore[attr-defined]
    assert sorted(texts) == ["card/card.html", "card/card.md"]
    assert f"version {refit.version.number}" in texts["card/card.md"]


def test_a_second_card_compares_with_the_champion(told: Place) -> None:
    promote(told, "first")
    told.land(2)
    chain.retrain(told.ws, told.run("second", MARCH))
    card = flow.find_card(told.ws, "second")
    assert card is not None
    text = told.ws.store.get(card.markdown_key).decode()
    assert "| metric | challenger | champion | baseline |" in text
    assert "Judged against the champion | version 2 (" in text


def test_an_empty_word_is_called_missing_and_a_run_without_refit_has_no_card(place: Place) -> None:
    chain.retrain(place.ws, place.run("dry", FEBRUARY, dry_run=True))
    card = flow.find_card(place.ws, "dry")
    assert card is not None
    assert "Limits: nobody has written this yet; it belongs into card.limits" in page(place, card)
    place.land(1, rows=400)
    refused = place.run("few", FEBRUARY)
    assert chain.retrain(place.ws, refused).outcome is Outcome.REFUSED_DATA
    with pytest.raises(RunError, match="'refit'"):
        flow.card(place.ws, refused)
