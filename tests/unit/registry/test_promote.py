"""Promotion goes through the journal alone."""

import pytest
from tests.unit.journal.story import MODEL, Story

from evergreen.core.errors import Refused
from evergreen.journal.journal import Journal
from evergreen.registry.promote import promote
from evergreen.stores.memory import MemoryStore


def test_the_champion_is_whom_the_journal_promoted() -> None:
    store = MemoryStore()
    Story(1).clear(Journal(store, MODEL))
    entry = promote(Journal(store, MODEL), Story(1).promotion)
    champion = Journal(store, MODEL).state().champion
    assert champion is not None
    assert (champion.version, champion.sequence) == (1, entry.sequence)


def test_a_retry_in_another_process_finds_its_promotion() -> None:
    store = MemoryStore()
    Story(1).clear(Journal(store, MODEL))
    first = promote(Journal(store, MODEL), Story(1).promotion)
    assert promote(Journal(store, MODEL), Story(1).promotion) == first


def test_a_late_promotion_is_told_who_is_champion() -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL)
    Story(1).clear(journal)
    Story(2).win(journal)
    with pytest.raises(Refused, match=r"judged against no champion, and version 2 \(entry \d+\) is champion now"):
        promote(journal, Story(1).promotion)
