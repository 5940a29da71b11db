"""What was champion when."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.journal.story import MODEL, Story, days, package_of, rollback_of

from evergreen.core.clock import frozen
from evergreen.core.errors import IntegrityError
from evergreen.journal.history import Reign, champion_at
from evergreen.journal.journal import Journal
from evergreen.journal.rollback import record_rollback
from evergreen.journal.signing import Trust
from evergreen.stores.memory import MemoryStore

FIRST = datetime(2013, 3, 1, tzinfo=UTC)
SECOND, BACK = FIRST + timedelta(days=1), FIRST + timedelta(days=2)


@pytest.fixture
def journal() -> Journal:
    """Version 1 on the first day, version 2 on the second, version 1 again on the third."""
    journal = Journal(MemoryStore(), MODEL)
    with frozen(FIRST):
        Story(1).win(journal)
    with frozen(SECOND):
        Story(2, against=1).win(journal)
    with frozen(BACK):
        record_rollback(journal, "back", lambda _: rollback_of(1, taken_back=2))
    return journal


@pytest.mark.parametrize(
    ("at", "version", "kind", "since"),
    [
        (FIRST, 1, "promotion", FIRST),
        (SECOND - timedelta(microseconds=1), 1, "promotion", FIRST),
        (SECOND, 2, "promotion", SECOND),
        (BACK + timedelta(days=400), 1, "rollback", BACK),
    ],
)
def test_each_time_has_its_champion(journal: Journal, at: datetime, version: int, kind: str, since: datetime) -> None:
    reign = champion_at(journal, at)
    assert reign is not None
    assert (reign.version, reign.package, reign.kind, reign.since) == (version, package_of(version), kind, since)
    assert reign.data == days(0, version)
    assert (reign.approved_by, reign.reason) == ("policy:auto", "The verdict is PASS.")
    assert reign.verdict == Story(version, against=1 if version == 2 else None).verdict.digest
    assert reign.snapshot
    assert journal.entry(reign.entry).kind == kind
    assert Reign.from_json(reign.to_json()) == reign
    assert f"version {version}, package {package_of(version)}" in reign.sentence


def test_before_the_first_promotion_there_is_none(journal: Journal) -> None:
    assert champion_at(journal, FIRST - timedelta(seconds=1)) is None
    assert champion_at(Journal(MemoryStore(), "empty"), BACK) is None


def test_an_answer_rests_on_signatures(journal: Journal, trust: Trust) -> None:
    with pytest.raises(IntegrityError, match="not signed"):
        champion_at(Journal(journal.store, MODEL, trust), BACK)
