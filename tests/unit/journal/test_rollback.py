"""What a rollback needs, and what becomes of the ladder."""

from dataclasses import replace

import pytest
from tests.unit.journal.story import MODEL, Story, package_of, rollback_of

from evergreen.core.errors import Refused
from evergreen.journal.decisions import record_promotion
from evergreen.journal.journal import Journal
from evergreen.journal.rollback import record_rollback, taken_back, target_of
from evergreen.journal.verify import verify
from evergreen.records.rollback import Rollback
from evergreen.stores.memory import MemoryStore


@pytest.fixture
def journal() -> Journal:
    """Version 2 is champion, version 1 was."""
    found = Journal(MemoryStore(), MODEL)
    Story(1).win(found)
    Story(2, against=1).win(found)
    return found


def back(journal: Journal, rollback: Rollback, run_id: str = "back") -> int:
    return record_rollback(journal, run_id, lambda _: rollback).sequence


def ladder(journal: Journal) -> tuple[int | None, int | None]:
    state = journal.state()
    return (
        state.champion.version if state.champion else None,
        state.previous.version if state.previous else None,
    )


def test_champion_and_target_change_places(journal: Journal) -> None:
    sequence = back(journal, rollback_of(1, taken_back=2))
    assert ladder(journal) == (1, 2)
    champion = journal.state().champion
    assert champion is not None
    assert (champion.package, champion.sequence) == (package_of(1), sequence)
    assert verify(journal.store, MODEL).fault is None


def test_one_run_is_one_rollback(journal: Journal) -> None:
    first = back(journal, rollback_of(1, taken_back=2))
    assert back(journal, rollback_of(2, taken_back=1)) == first
    assert ladder(journal) == (1, 2)


def test_what_was_taken_back_can_come_back(journal: Journal) -> None:
    back(journal, rollback_of(1, taken_back=2))
    back(journal, rollback_of(2, taken_back=1), run_id="forth")
    assert ladder(journal) == (2, 1)


def test_who_left_by_a_rollback_is_known_until_another_becomes_champion(journal: Journal) -> None:
    assert not taken_back(Journal(MemoryStore(), MODEL).state())
    assert not taken_back(journal.state())
    back(journal, rollback_of(1, taken_back=2))
    assert taken_back(journal.state())
    Story(3, against=1).win(journal)
    assert ladder(journal) == (3, 1)
    assert not taken_back(journal.state())


def test_promoting_again_what_was_taken_back_changes_nothing(journal: Journal) -> None:
    back(journal, rollback_of(1, taken_back=2))
    record_promotion(journal, Story(2, against=1).promotion)
    assert ladder(journal) == (1, 2)


def test_a_challenger_that_was_judged_against_what_was_taken_back_is_stale(journal: Journal) -> None:
    Story(3, against=2).clear(journal)
    back(journal, rollback_of(1, taken_back=2))
    with pytest.raises(
        Refused, match=r"version 3 .* judged against [0-9a-f]{12}, and version 1 \(entry \d+\) is champion now"
    ):
        record_promotion(journal, Story(3, against=2).promotion)
    assert ladder(journal) == (1, 2)


def test_further_back_than_the_previous_one(journal: Journal) -> None:
    Story(3, against=2).win(journal)
    back(journal, rollback_of(1, taken_back=3))
    assert ladder(journal) == (1, 3)


@pytest.mark.parametrize(
    ("rollback", "words"),
    [
        (rollback_of(2, taken_back=2), r"it is champion already \(entry \d+\)"),
        (rollback_of(1, taken_back=7), r"version 2 \(entry \d+\) is champion now, not the one"),
        (rollback_of(7, taken_back=2), "never was champion. Champions so far: 1, 2"),
        (replace(rollback_of(1, taken_back=2), version=9), "never was champion"),
        (replace(rollback_of(1, taken_back=2), by=" "), "say who asks"),
        (replace(rollback_of(1, taken_back=2), reason=""), "say who asks, and why"),
    ],
)
def test_what_is_refused(journal: Journal, rollback: Rollback, words: str) -> None:
    with pytest.raises(Refused, match=words):
        back(journal, rollback)
    assert ladder(journal) == (2, 1)


def test_a_challenger_is_no_target(journal: Journal) -> None:
    Story(3, against=2).clear(journal)
    with pytest.raises(Refused, match="never was champion"):
        back(journal, rollback_of(3, taken_back=2))


def test_without_a_champion_there_is_nothing_to_take_back() -> None:
    with pytest.raises(Refused, match="no version is champion yet"):
        back(Journal(MemoryStore(), MODEL), rollback_of(1, taken_back=2))


def test_the_target_is_the_previous_one_unless_it_is_named(journal: Journal) -> None:
    assert target_of(journal.state(), None).version == 1
    assert target_of(journal.state(), 2).version == 2
    with pytest.raises(Refused, match=r"version 9 never was champion\. Champions so far: 1, 2\."):
        target_of(journal.state(), 9)
    with pytest.raises(Refused, match="no previous champion"):
        target_of(Journal(MemoryStore(), "other").state(), None)
