"""Who may become champion, and when."""

from dataclasses import replace

import pytest
from tests.unit.journal.story import (
    MODEL,
    POLICY,
    RUN,
    Story,
    days,
    evaluation_of,
    note,
    origin_of,
    package_of,
    split_of,
)

from evergreen.core.errors import Refused
from evergreen.journal.decisions import (
    record_approval,
    record_evaluation,
    record_promotion,
    record_release,
    record_verdict,
)
from evergreen.journal.journal import Journal
from evergreen.journal.state import State
from evergreen.records.verdict import Judgement
from evergreen.stores.memory import MemoryStore


@pytest.fixture
def journal() -> Journal:
    return Journal(MemoryStore(), MODEL)


def _ladder(state: State) -> dict[str, int]:
    rungs = {
        "challenger": state.challenger,
        "releasing": state.releasing,
        "champion": state.champion,
        "previous": state.previous,
    }
    return {rung: standing.version for rung, standing in rungs.items() if standing}


def test_a_version_climbs_the_ladder(journal: Journal) -> None:
    story = Story(1)
    story.judge(journal)
    assert _ladder(journal.state()) == {"challenger": 1}
    record_approval(journal, story.approval)
    assert _ladder(journal.state()) == {"challenger": 1}
    record_release(journal, story.release)
    assert _ladder(journal.state()) == {"releasing": 1}
    entry = record_promotion(journal, story.promotion)
    champion = journal.state().champion
    assert _ladder(journal.state()) == {"champion": 1}
    assert champion is not None
    assert (champion.package, champion.verdict, champion.data, champion.sequence, champion.against) == (
        package_of(1),
        story.verdict.digest,
        days(0, 1),
        entry.sequence,
        None,
    )


def test_a_second_champion_makes_the_first_one_previous(journal: Journal) -> None:
    Story(1).win(journal)
    Story(2, against=1).win(journal)
    assert _ladder(journal.state()) == {"champion": 2, "previous": 1}
    Story(3, against=2).win(journal)
    assert _ladder(journal.state()) == {"champion": 3, "previous": 2}
    assert journal.state().held["champion"] == {1, 2, 3}
    assert journal.state().rung_of(package_of(3)) == "champion"
    assert journal.state().rung_of(package_of(1)) is None


def test_a_newer_challenger_supersedes_one_that_waits(journal: Journal) -> None:
    Story(1).judge(journal)
    Story(2).judge(journal)
    assert _ladder(journal.state()) == {"challenger": 2}
    with pytest.raises(
        Refused, match=r"version 1 cannot be approved or rejected: version 2 \(entry 2\) is the challenger"
    ):
        record_approval(journal, Story(1).approval)


def test_a_superseded_challenger_is_not_released(journal: Journal) -> None:
    Story(1).judge(journal)
    record_approval(journal, Story(1).approval)
    Story(2).judge(journal)
    with pytest.raises(Refused, match="version 2"):
        record_release(journal, Story(1).release)


@pytest.mark.parametrize("story", [Story(1, judgement=Judgement.FAIL), Story(1, parity=False)], ids=["gates", "parity"])
def test_a_refusal_makes_no_challenger(journal: Journal, story: Story) -> None:
    story.judge(journal)
    assert journal.state().sequence == 1
    assert _ladder(journal.state()) == {}
    with pytest.raises(Refused, match="no verdict"):
        record_approval(journal, story.approval)


def test_a_dry_run_makes_no_challenger_and_blocks_none(journal: Journal) -> None:
    record_verdict(journal, RUN, Story(1).verdict, None, POLICY)
    assert _ladder(journal.state()) == {}
    Story(1).judge(journal)
    assert _ladder(journal.state()) == {"challenger": 1}


def test_a_verdict_on_another_package_than_the_refit_is_refused(journal: Journal) -> None:
    with pytest.raises(Refused, match="the refit of"):
        record_verdict(journal, RUN, Story(1).verdict, Story(2).refit, POLICY)


def test_a_rejected_challenger_waits_no_more(journal: Journal) -> None:
    Story(1).judge(journal)
    record_approval(journal, replace(Story(1).approval, approved=False))
    assert _ladder(journal.state()) == {}
    with pytest.raises(Refused, match="nobody has approved"):
        record_release(journal, Story(1).release)


def test_an_approval_of_another_version_number_is_refused(journal: Journal) -> None:
    Story(1).judge(journal)
    with pytest.raises(Refused, match="no verdict"):
        record_approval(journal, replace(Story(1).approval, version=7))


@pytest.mark.parametrize("done", ["nothing", "judged", "approved", "released"])
def test_promotion_needs_verdict_approval_and_release(journal: Journal, done: str) -> None:
    story = Story(1)
    steps = ["nothing", "judged", "approved", "released"].index(done)
    for step in (story.judge, lambda j: record_approval(j, story.approval), lambda j: record_release(j, story.release))[
        :steps
    ]:
        step(journal)
    if done == "released":
        assert record_promotion(journal, story.promotion).kind == "promotion"
        return
    words = {"nothing": "no verdict", "judged": "nobody has approved", "approved": "was not released"}
    with pytest.raises(Refused, match=words[done]):
        record_promotion(journal, story.promotion)
    assert journal.state().champion is None


def test_of_two_judged_against_one_champion_one_wins(journal: Journal) -> None:
    Story(1).win(journal)
    Story(2, against=1).clear(journal)
    Story(3, against=1).clear(journal)
    record_promotion(journal, Story(3, against=1).promotion)
    with pytest.raises(
        Refused, match=r"version 2 .* judged against [0-9a-f]{12}, and version 3 \(entry \d+\) is champion now"
    ):
        record_promotion(journal, Story(2, against=1).promotion)
    assert _ladder(journal.state())["champion"] == 3


def test_a_promotion_cannot_name_another_expectation_than_its_verdict(journal: Journal) -> None:
    Story(1).win(journal)
    Story(2).clear(journal)  # judged while there was no champion
    forged = replace(Story(2).promotion, expected_champion=package_of(1))
    with pytest.raises(Refused, match="names another champion"):
        record_promotion(journal, forged)


def test_an_approval_of_an_earlier_verdict_does_not_count(journal: Journal) -> None:
    Story(2).clear(journal)
    Story(1).win(journal)
    Story(2, against=1).judge(journal)
    with pytest.raises(Refused, match="nobody has approved"):
        record_promotion(journal, Story(2, against=1).promotion)


def test_promoting_again_is_promoting_once(journal: Journal) -> None:
    Story(1).win(journal)
    first = record_promotion(journal, Story(1).promotion)
    Story(2, against=1).win(journal)
    head = journal.state().sequence
    assert record_promotion(journal, Story(1).promotion) == first
    assert (journal.state().sequence, _ladder(journal.state())["champion"]) == (head, 2)


def test_looks_at_a_span_are_counted_by_package(journal: Journal) -> None:
    march = days(60, 90)
    for package in ("a", "b", "a"):
        record_evaluation(journal, RUN, split_of(march), evaluation_of(package, march), origin_of(1))
    state = journal.state()
    assert state.sequence == 2
    assert state.looks(march, "c") == 2
    assert state.looks(march, "a") == 1
    assert state.looks(days(89, 120), "c") == 2
    assert state.looks(days(90, 120), "c") == 0


def test_a_kind_of_a_newer_release_is_carried_on(journal: Journal) -> None:
    Story(1).clear(journal)
    journal.record(note("new", kind="newer"))
    record_promotion(journal, Story(1).promotion)
    assert _ladder(journal.state()) == {"champion": 1}
    assert [entry.kind for entry in journal.entries()] == ["verdict", "approval", "release", "newer", "promotion"]
