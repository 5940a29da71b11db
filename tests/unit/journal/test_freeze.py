"""While somebody has frozen a model or the fleet, nothing is released or becomes champion."""

from datetime import UTC, datetime

import pytest
from tests.unit.journal.story import MODEL, Story, rollback_of

from evergreen.core.clock import frozen as clock_at
from evergreen.core.errors import Refused
from evergreen.journal.decisions import record_approval, record_promotion, record_release
from evergreen.journal.freeze import freeze, frozen, lift
from evergreen.journal.journal import Journal
from evergreen.journal.rollback import record_rollback
from evergreen.records.freeze import FLEET, Freeze, Lift
from evergreen.spec.load import discover
from evergreen.stores.memory import MemoryStore

CHRISTMAS = datetime(2013, 12, 24, 18, tzinfo=UTC)
WORDS = {MODEL: "small was frozen by ada on 2013-12-24 18:00 UTC: holidays", FLEET: "the fleet was frozen by ada"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def _freeze(store: MemoryStore, scope: str, by: str = "ada") -> int:
    with clock_at(CHRISTMAS):
        return freeze(Journal(store, scope), Freeze(model=scope, by=by, reason="holidays")).sequence


def _lift(store: MemoryStore, scope: str) -> int:
    return lift(Journal(store, scope), Lift(model=scope, by="ben", reason="over")).sequence


@pytest.mark.parametrize("scope", [MODEL, FLEET])
def test_a_promotion_is_refused_until_it_is_lifted(store: MemoryStore, scope: str) -> None:
    journal = Journal(store, MODEL)
    Story(1).clear(journal)
    _freeze(store, scope)
    with pytest.raises(Refused, match=f"version 1 cannot become champion: {WORDS[scope]}"):
        record_promotion(journal, Story(1).promotion)
    assert len(frozen(journal)) == 1
    _lift(store, scope)
    assert frozen(journal) == ()
    record_promotion(journal, Story(1).promotion)
    assert journal.state().champion is not None


@pytest.mark.parametrize("scope", [MODEL, FLEET])
def test_a_release_is_refused_while_frozen_and_judging_goes_on(store: MemoryStore, scope: str) -> None:
    journal = Journal(store, MODEL)
    _freeze(store, scope)
    Story(1).judge(journal)
    record_approval(journal, Story(1).approval)
    with pytest.raises(Refused, match=r"version 1 cannot be released: .* was frozen by ada"):
        record_release(journal, Story(1).release)


def test_a_rollback_stays_possible(store: MemoryStore) -> None:
    journal = Journal(store, MODEL)
    Story(1).win(journal)
    Story(2, against=1).win(journal)
    for scope in (MODEL, FLEET):
        _freeze(store, scope)
    record_rollback(journal, "back", lambda _: rollback_of(1, taken_back=2))
    champion = journal.state().champion
    assert champion is not None
    assert champion.version == 1


def test_a_promotion_that_was_written_before_is_still_answered(store: MemoryStore) -> None:
    journal = Journal(store, MODEL)
    Story(1).win(journal)
    entry = record_promotion(journal, Story(1).promotion)
    _freeze(store, MODEL)
    assert record_promotion(journal, Story(1).promotion) == entry


def test_freezing_and_lifting_again_changes_nothing(store: MemoryStore) -> None:
    assert _freeze(store, MODEL) == _freeze(store, MODEL, by="ben") == 1
    found = Journal(store, MODEL).state().frozen
    assert found is not None
    assert (found.by, found.at, found.reason, found.sequence) == ("ada", CHRISTMAS, "holidays", 1)
    assert _lift(store, MODEL) == _lift(store, MODEL) == 2
    assert _freeze(store, MODEL, by="ben") == 3
    assert _lift(store, MODEL) == 4


def test_what_was_never_frozen_cannot_be_lifted(store: MemoryStore) -> None:
    with pytest.raises(Refused, match="the fleet was never frozen"):
        _lift(store, FLEET)


def test_no_model_folder_can_have_the_name_of_the_fleet(tmp_path_factory: pytest.TempPathFactory) -> None:
    models = tmp_path_factory.mktemp("models")
    (models / FLEET).mkdir()
    assert discover(models) == ()
