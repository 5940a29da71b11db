"""What is known of each version, and what a promotion needs of it."""

from dataclasses import replace

import pytest
from tests.unit.journal.story import MODEL, RUN, Story, days, evaluation_of, origin_of, package_of, split_of

from evergreen.core.errors import Refused
from evergreen.journal.bodies import Policy
from evergreen.journal.decisions import (
    record_approval,
    record_evaluation,
    record_promotion,
    record_release,
    record_verdict,
)
from evergreen.journal.journal import Journal
from evergreen.records.evaluation import Disparity, Estimate, Evaluation, FairnessMeasure, Metric, Role
from evergreen.records.verdict import Judgement, Verdict
from evergreen.stores.memory import MemoryStore

STORY = Story(2)
GATED = STORY.verdict.package
SPAN = days(0, 1)
MEASURE: FairnessMeasure = "equalized_odds_difference"


def _estimate(value: float) -> Estimate:
    return Estimate(value=value, low=None, high=None, method="none")


def _evaluation(*columns: str) -> Evaluation:
    roles: tuple[Role, ...] = ("challenger", "champion")
    disparities = [
        Disparity(column=c, measure=MEASURE, role=role, estimate=_estimate(0.03), groups=(), reason="")
        for c in columns
        for role in roles
    ]
    metrics = [Metric(name="roc_auc", role="challenger", estimate=_estimate(0.7)),
               Metric(name="roc_auc", role="champion", estimate=_estimate(0.6))]  # fmt: skip
    return replace(evaluation_of(GATED, SPAN), metrics=tuple(metrics), disparities=tuple(disparities))


def _judged(journal: Journal, evaluation: Evaluation, policy: Policy) -> Verdict:
    """Evaluate version 1 and let its refit, version 2, become challenger."""
    record_evaluation(journal, RUN, split_of(SPAN), evaluation, origin_of(1))
    verdict = replace(STORY.verdict, evaluation=evaluation.digest)
    record_verdict(journal, RUN, verdict, STORY.refit, policy)
    return verdict


@pytest.fixture
def journal() -> Journal:
    return Journal(MemoryStore(), MODEL)


def test_the_gated_version_and_its_refit_have_an_account(journal: Journal) -> None:
    verdict = _judged(journal, _evaluation("sex"), Policy(owner="Ada", sensitive=("sex",)))
    record_approval(journal, replace(STORY.approval, verdict=verdict.digest, approved_by="ben"))
    gated, refit = (journal.state().accounts[p] for p in (GATED, package_of(2)))
    assert (gated.model_id, gated.judgement, gated.approved) == ("small/1", Judgement.PASS, None)
    assert (refit.model_id, refit.owner, refit.origin.git_commit) == ("small/2", "Ada", None)
    assert (refit.metrics, refit.evaluation) == ({"roc_auc": 0.7}, verdict.evaluation)
    assert [(b.column, b.measure, b.value) for b in refit.bias] == [("sex", MEASURE, 0.03)]
    assert (refit.approved, refit.approved_by) == (True, "ben")


def test_a_refused_version_has_an_account(journal: Journal) -> None:
    evaluation = _evaluation()
    record_evaluation(journal, RUN, split_of(SPAN), evaluation, origin_of(1))
    verdict = replace(Story(2, judgement=Judgement.FAIL).verdict, evaluation=evaluation.digest)
    record_verdict(journal, RUN, verdict, None, Policy(owner="Ada"))
    account = journal.state().accounts[GATED]
    assert (account.judgement, account.metrics, account.approved) == (Judgement.FAIL, {"roc_auc": 0.7}, None)


def _promote(journal: Journal, verdict: Verdict) -> None:
    digest = verdict.digest
    record_approval(journal, replace(STORY.approval, verdict=digest))
    record_release(journal, replace(STORY.release, verdict=digest))
    record_promotion(journal, replace(STORY.promotion, verdict=digest))


def test_a_fairness_evaluation_of_every_sensitive_column_is_needed(journal: Journal) -> None:
    verdict = _judged(journal, _evaluation("sex"), Policy(owner="Ada", sensitive=("sex", "age")))
    with pytest.raises(Refused, match="says nothing of fairness by age"):
        _promote(journal, verdict)
    assert journal.state().champion is None


def test_with_it_the_version_becomes_champion(journal: Journal) -> None:
    _promote(journal, _judged(journal, _evaluation("sex", "age"), Policy(owner="Ada", sensitive=("sex", "age"))))
    assert journal.state().champion is not None


def test_the_fairness_of_another_evaluation_does_not_count(journal: Journal) -> None:
    policy = Policy(owner="Ada", sensitive=("sex",))
    record_evaluation(journal, RUN, split_of(SPAN), _evaluation("sex"), origin_of(1))
    record_verdict(journal, RUN, STORY.verdict, STORY.refit, policy)  # reached on an evaluation that is not there
    with pytest.raises(Refused, match="fairness by sex"):
        _promote(journal, STORY.verdict)


def test_nothing_becomes_champion_without_an_owner(journal: Journal) -> None:
    verdict = _judged(journal, _evaluation(), Policy(owner=" "))
    with pytest.raises(Refused, match="names no owner"):
        _promote(journal, verdict)
