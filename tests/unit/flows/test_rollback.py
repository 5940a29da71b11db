"""A rollback: the journal decides at once, everything else may be broken."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.flows.governed import opened, package_key, stock, win
from tests.unit.journal.story import MODEL

from evergreen.core.errors import OutageError, Refused, RunError
from evergreen.flows.books import Books
from evergreen.flows.follow import follow
from evergreen.flows.freeze import freeze
from evergreen.flows.rollback import roll_back
from evergreen.records.report import Outcome, Report
from evergreen.stores.memory_registry import MemoryRegistry


class Down(MemoryRegistry):
    """MLflow while it does not answer."""

    def versions(self, model: str) -> Any:
        raise OutageError(f"MLflow does not answer when asked for the versions of {model}.")


def back(books: Books, **asked: Any) -> Report:
    base: dict[str, Any] = {"run_id": "manual__1", "by": "ada", "reason": "worse on Mondays"}
    return roll_back(books, **(base | asked))


def champion(books: Books) -> int:
    standing = books.journal.state().champion
    assert standing is not None
    return standing.version


def test_the_previous_champion_comes_back_and_the_aliases_follow() -> None:
    books, registry = opened()
    report = back(books)
    assert (report.outcome, champion(books)) == (Outcome.ROLLED_BACK, 1)
    assert registry.aliases(MODEL) == {"champion": 1, "previous": 2}
    assert "version 1 is champion again, by ada" in report.text
    assert "worse on Mondays" in report.text
    assert books.store.get(report.key).decode() == report.text


def test_the_same_run_twice_is_one_rollback() -> None:
    books, _ = opened()
    first = back(books)
    assert back(books) == first
    assert champion(books) == 1


def test_a_second_rollback_of_another_run_goes_back_to_the_one_taken_back() -> None:
    books, _ = opened()
    back(books)
    back(books, run_id="manual__2")
    assert champion(books) == 2
    late = back(books)
    assert "Since then version 2 became champion" in late.text
    assert champion(books) == 2


def test_a_version_can_be_named() -> None:
    books, _ = opened()
    back(books, version=1)
    assert champion(books) == 1
    with pytest.raises(Refused, match="version 1: it is champion already"):
        back(books, run_id="manual__2", version=1)
    with pytest.raises(Refused, match=r"version 7 never was champion\. Champions so far: 1, 2"):
        back(books, run_id="manual__3", version=7)


def test_the_champion_that_a_program_has_judged_is_taken_back_and_no_other() -> None:
    books, registry = opened()
    third = stock(books, registry, 3)
    (second,) = (s for s in books.journal.state().reigned.values() if s.version == 2)
    win(books, third, against=replace(third, sha256=second.package))
    with pytest.raises(Refused, match=r"version 3 .* is champion now, not the one that was to be taken back"):
        back(books, champion=2)
    assert champion(books) == 3
    back(books, champion=3)
    assert champion(books) == 2


def test_a_program_goes_back_to_nothing_that_was_rolled_back_from() -> None:
    books, _ = opened()
    back(books)
    with pytest.raises(Refused, match="version 2 was itself rolled back from"):
        back(books, run_id="monitor__1", champion=1)
    back(books, run_id="monitor__2", champion=1, version=2)
    assert champion(books) == 2


def test_it_works_while_mlflow_does_not_answer_and_the_aliases_follow_later() -> None:
    books, registry = opened()
    follow(books)
    report = back(replace(books, registry=Down()))
    assert champion(books) == 1
    assert "Warning" in report.text
    assert "does not answer" in report.text
    assert registry.aliases(MODEL)["champion"] == 2
    follow(books)
    assert registry.aliases(MODEL)["champion"] == 1


def test_it_works_while_an_alias_names_something_else() -> None:
    books, registry = opened()
    registry.set_alias(MODEL, "champion", 1)
    back(books)
    assert registry.aliases(MODEL) == {"champion": 1, "previous": 2}


def test_it_works_while_frozen() -> None:
    books, _ = opened()
    freeze(books, by="ben", reason="holidays")
    back(books)
    assert champion(books) == 1


@pytest.mark.parametrize("file", ["manifest.json", "model.skops"])
def test_a_package_that_no_service_could_load_is_no_target(file: str) -> None:
    books, _ = opened()
    books.store.put(package_key(books, 1, file), b"other bytes")
    with pytest.raises(Refused, match=rf"cannot roll back to version 1: .*{file}"):
        back(books)
    books.store.delete(package_key(books, 1, file))
    with pytest.raises(Refused, match="cannot roll back to version 1"):
        back(books)
    assert champion(books) == 2


def test_a_reason_is_needed() -> None:
    books, _ = opened()
    with pytest.raises(RunError, match="a reason has 1 to 500 characters"):
        back(books, reason="  ")
