"""What a look at the registry finds, says once, and repairs."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.flows.governed import opened, package_key
from tests.unit.journal.story import MODEL

from evergreen.core.errors import OutageError
from evergreen.flows.books import Books
from evergreen.flows.follow import follow
from evergreen.flows.govern import govern, govern_fleet, summary
from evergreen.journal.entry import key_of
from evergreen.stores.memory_registry import MemoryRegistry

Break = Callable[[Books, MemoryRegistry], object]


class Deleted(MemoryRegistry):
    """A registry in which somebody deleted version 2."""

    def __init__(self, whole: MemoryRegistry) -> None:
        self.__dict__ = whole.__dict__

    def versions(self, model: str) -> Any:
        return tuple(v for v in super().versions(model) if v.number != 2)


class Down(MemoryRegistry):
    """MLflow while it does not answer."""

    def versions(self, model: str) -> Any:
        raise OutageError(f"MLflow does not answer when asked for {model}.")


@pytest.fixture
def place() -> tuple[Books, MemoryRegistry]:
    books, registry = opened()
    follow(books)
    return books, registry


def test_nothing_differs(place: tuple[Books, MemoryRegistry]) -> None:
    found = govern(place[0])
    assert (found.findings, found.text) == ((), "**small**: nothing differs.")


BREAKS: dict[str, Break] = {
    "package": lambda books, _: books.store.put(package_key(books, 2, "model.skops"), b"swapped"),
    "model file": lambda _, registry: registry.files["models:/m-2"].update({"model.skops": b"swapped"}),
    "journal": lambda books, _: books.store.put(key_of(MODEL, 3), b"{}"),
}


@pytest.mark.parametrize("matter", BREAKS)
def test_a_finding_is_told_once_and_again_when_it_is_gone(
    place: tuple[Books, MemoryRegistry], matter: str, caplog: pytest.LogCaptureFixture
) -> None:
    books, registry = place
    key = {"package": package_key(books, 2, "model.skops"), "journal": key_of(MODEL, 3)}.get(matter)
    good = books.store.get(key) if key else registry.files["models:/m-2"]["model.skops"]
    BREAKS[matter](books, registry)
    with caplog.at_level(logging.ERROR):
        first, second = govern(_fresh(books)), govern(_fresh(books))
    assert [f.matter for f in first.findings] == [matter] == [f.matter for f in first.new]
    assert (second.findings, second.new) == (first.findings, ())
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "still open" in second.text
    if key:
        books.store.put(key, good)
    else:
        registry.files["models:/m-2"]["model.skops"] = good
    last = govern(_fresh(books))
    assert (last.findings, last.resolved) == ((), (first.findings[0].sentence,))
    assert books.store.get(last.key).decode() == last.text


def _fresh(books: Books) -> Books:
    """As another process opens them."""
    return replace(books, journal=type(books.journal)(books.store, MODEL))


def test_an_alias_moved_by_hand_is_repaired_and_told_each_time(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    for _ in range(2):
        registry.set_alias(MODEL, "champion", 1)
        found = govern(books)
        assert [(f.matter, f.subject, f.repaired) for f in found.new] == [("alias", "champion", True)]
        assert registry.aliases(MODEL)["champion"] == 2
    assert govern(books).findings == ()


def test_a_champion_that_was_deleted_in_mlflow_is_found(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    found = govern(replace(books, registry=Deleted(registry)))
    assert [(f.matter, f.subject, f.repaired) for f in found.findings] == [("version", "version 2", False)]
    assert "the registry has no version 2, which the journal calls champion" in found.text


def test_a_model_whose_file_is_gone_in_mlflow_is_found(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    del registry.files["models:/m-1"]
    assert "models:/m-1 is gone" in govern(books).text


def test_an_outage_of_mlflow_neither_resolves_nor_forgets(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    BREAKS["model file"](books, registry)
    before = govern(books)
    during = govern(replace(books, registry=Down()))
    assert (during.findings, during.new, during.resolved) == (before.findings, (), ())
    assert "not looked at: MLflow does not answer" in during.text
    assert govern(books).new == ()


def test_a_model_that_cannot_be_looked_at_does_not_stop_the_others(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    registry.set_alias(MODEL, "champion", 1)
    asked = []

    def open_one(model: str) -> Books:
        asked.append(model)
        if model == "away":
            raise OutageError("its store does not answer")
        return books

    with pytest.raises(OutageError, match="1 models could not be looked at whole"):
        govern_fleet(["away", MODEL], open_one)
    assert asked == ["away", MODEL]
    assert registry.aliases(MODEL)["champion"] == 2


def test_the_fleet_in_words(place: tuple[Books, MemoryRegistry]) -> None:
    books, registry = place
    registry.set_alias(MODEL, "champion", 1)
    said = summary(govern_fleet([MODEL], lambda _: books))
    assert said.startswith("1 models, 1 new findings.\n**small**: 1 finding, 1 new.")
    assert summary(govern_fleet([MODEL], lambda _: books)) == "1 models, 0 new findings."
