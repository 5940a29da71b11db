"""Aliases follow the journal, and what differed is told."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.story import MODEL, Story

from evergreen.core.errors import OutageError
from evergreen.journal.decisions import record_approval, record_release
from evergreen.journal.journal import Journal
from evergreen.registry.reconcile import Repair, reconcile
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry

ALIASES = ("challenger", "releasing", "champion", "previous")


def registry_of(versions: int) -> MemoryRegistry:
    registry = MemoryRegistry()
    for number in range(1, versions + 1):
        registry.files[f"models:/m-{number}"] = {"MLmodel": b""}
        registry.create_version(MODEL, run_id=f"run{number}", model_uri=f"models:/m-{number}", tags={})
    return registry


def stages(registry: MemoryRegistry) -> list[str | None]:
    return [version.tags.get("stage") for version in registry.versions(MODEL)]


@pytest.fixture
def journal() -> Journal:
    return Journal(MemoryStore(), MODEL)


@pytest.fixture
def registry() -> MemoryRegistry:
    return registry_of(5)


def test_aliases_and_stages_follow_each_step(journal: Journal, registry: MemoryRegistry) -> None:
    Story(1).win(journal)
    reconcile(journal, registry)
    assert registry.aliases(MODEL) == {"champion": 1}
    assert stages(registry) == ["Production", None, None, None, None]
    Story(2, against=1).judge(journal)
    reconcile(journal, registry)
    assert registry.aliases(MODEL) == {"champion": 1, "challenger": 2}
    Story(3, against=1).judge(journal)
    record_approval(journal, Story(3, against=1).approval)
    record_release(journal, Story(3, against=1).release)
    reconcile(journal, registry)
    assert registry.aliases(MODEL) == {"champion": 1, "releasing": 3}
    assert stages(registry) == ["Production", "Archived", "Staging", None, None]
    Story(3, against=1).win(journal)
    reconcile(journal, registry)
    assert registry.aliases(MODEL) == {"champion": 3, "previous": 1}
    assert stages(registry) == ["Archived", "Archived", "Production", None, None]


def test_nothing_differs_the_second_time(journal: Journal, registry: MemoryRegistry) -> None:
    Story(1).win(journal)
    assert reconcile(journal, registry) == (
        Repair(model=MODEL, alias="champion", found=None, expected=1, cause="not yet written"),
    )
    assert reconcile(journal, registry) == ()


def test_an_empty_journal_leaves_an_empty_registry(journal: Journal) -> None:
    assert reconcile(journal, MemoryRegistry()) == ()


def _point(alias: str, number: int) -> Callable[[MemoryRegistry], None]:
    return lambda registry: registry.set_alias(MODEL, alias, number)


@pytest.mark.parametrize(
    ("meddle", "alias", "found", "expected"),
    [
        (_point("champion", 4), "champion", 4, 2),
        (_point("champion", 1), "champion", 1, 2),
        (lambda registry: registry.delete_alias(MODEL, "champion"), "champion", None, 2),
        (_point("challenger", 4), "challenger", 4, None),
        (_point("challenger", 2), "challenger", 2, None),
    ],
    ids=["stranger", "former", "removed", "added", "put back"],
)
def test_a_hand_that_moved_an_alias_is_told(
    journal: Journal,
    registry: MemoryRegistry,
    meddle: Callable[[MemoryRegistry], None],
    alias: str,
    found: int | None,
    expected: int | None,
) -> None:
    Story(1).win(journal)
    reconcile(journal, registry)
    Story(2, against=1).judge(journal)
    reconcile(journal, registry)
    Story(2, against=1).win(journal)
    reconcile(journal, registry)
    meddle(registry)
    repairs = reconcile(journal, registry)
    assert [(r.alias, r.found, r.expected, r.cause) for r in repairs] == [(alias, found, expected, "by hand")]
    assert "by hand" in repairs[0].sentence
    assert registry.aliases(MODEL) == {"champion": 2, "previous": 1}


def test_what_a_killed_writer_left_is_not_laid_on_a_person(journal: Journal, registry: MemoryRegistry) -> None:
    Story(1).win(journal)
    Story(2, against=1).judge(journal)
    reconcile(journal, registry)
    Story(2, against=1).win(journal)
    assert {(r.alias, r.found, r.expected, r.cause) for r in reconcile(journal, registry)} == {
        ("champion", 1, 2, "not yet written"),
        ("previous", None, 1, "not yet written"),
        ("challenger", 2, None, "not yet written"),
    }


def test_a_version_that_is_not_there_is_told(journal: Journal) -> None:
    registry = registry_of(1)
    Story(2).win(journal)
    repairs = reconcile(journal, registry)
    assert [(r.alias, r.expected, r.cause) for r in repairs] == [("champion", 2, "missing version")]
    assert "no version 2" in repairs[0].sentence
    assert registry.aliases(MODEL) == {}


def test_a_decision_made_meanwhile_is_followed(journal: Journal) -> None:
    store = journal.store

    class Slow(MemoryRegistry):
        done = False

        def set_alias(self, model: str, alias: str, number: int) -> None:
            super().set_alias(model, alias, number)
            if not self.done:
                self.done = True
                Story(2, against=1).win(Journal(store, MODEL))

    slow = Slow()
    slow.__dict__ |= registry_of(2).__dict__
    Story(1).win(journal)
    reconcile(journal, slow)
    assert slow.aliases(MODEL) == {"champion": 2, "previous": 1}


def test_a_journal_that_never_stands_still_ends_in_words(journal: Journal) -> None:
    store = journal.store

    class Endless(MemoryRegistry):
        number = 1

        def versions(self, model: str):  # type: ignore[no-untyped-def]
            self.number += 1
            Story(self.number).judge(Journal(store, model))
            return super().versions(model)

    Story(1).judge(journal)
    with pytest.raises(OutageError, match="grew 10 times"):
        reconcile(journal, Endless())


def test_the_auditors_row_follows_and_a_tag_that_was_lost_is_written_again(
    journal: Journal, registry: MemoryRegistry
) -> None:
    Story(1).clear(journal)
    reconcile(journal, registry)
    asked = "evergreen.model_id", "evergreen.approved_for_staging", "evergreen.approved_for_production"
    tags = registry.versions(MODEL)[0].tags
    assert [tags[name] for name in asked] == ["small/1", "yes", "yes"]
    assert tags["evergreen.approved_by"] == "policy:auto"
    registry.tag_version(MODEL, 1, {"evergreen.approved_by": "somebody else"})
    reconcile(journal, registry)
    assert registry.versions(MODEL)[0].tags["evergreen.approved_by"] == "policy:auto"


@given(st.dictionaries(st.sampled_from(ALIASES), st.integers(1, 4)), st.integers(0, 4))
def test_whatever_the_aliases_were_they_end_as_the_journal_says(found: dict[str, int], champions: int) -> None:
    journal, registry = Journal(MemoryStore(), MODEL), registry_of(5)
    for number in range(1, champions + 1):
        Story(number, against=number - 1 or None).win(journal)
    for alias, number in found.items():
        registry.set_alias(MODEL, alias, number)
    repairs = reconcile(journal, registry)
    expected = {"champion": champions, "previous": champions - 1}
    assert registry.aliases(MODEL) == {alias: number for alias, number in expected.items() if number > 0}
    differed = {alias for alias in ALIASES if found.get(alias, 0) != max(expected.get(alias, 0), 0)}
    assert {repair.alias for repair in repairs} == differed
