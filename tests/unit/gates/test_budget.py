"""Costs: against a budget, against the champion, and as a reason to take a model that is no better."""

import pytest

from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import Budget
from evergreen.spec.performance import BetterOrCheaper

from .conftest import candidate, estimate, evaluation, outcome, outcomes, package

SIZE = Budget(rule="budget", resource="package_bytes", at_most=1_500)
CHEAPER = BetterOrCheaper(rule="better_or_cheaper", metric="roc_auc", margin=0.01, resource="package_size", saving=0.4)
AS_GOOD = evaluation(champion=estimate(-0.001, -0.009, 0.007))


def test_a_package_must_fit_its_budget() -> None:
    found = outcome(SIZE)
    assert (found.judgement, found.value, found.threshold) == (Judgement.PASS, 1_000, 1_500)
    assert found.sentence == "It takes 1,000 bytes in the package; at most 1,500 bytes in the package was asked."
    assert outcome(SIZE, package=package(1_501)).judgement is Judgement.FAIL


def test_a_multiple_of_what_the_champion_takes_is_a_bound_too() -> None:
    both = SIZE.model_copy(update={"times_champion": 0.4})
    absolute, relative = outcomes(both)
    assert (absolute.judgement, relative.judgement, relative.threshold) == (Judgement.PASS, Judgement.FAIL, 800)
    assert "0.4 times the champion's 2,000 bytes in the package" in relative.sentence
    first = outcomes(both, evaluation(has_champion=False))
    assert [o.judgement for o in first] == [Judgement.PASS, Judgement.PASS]


@pytest.mark.parametrize(
    ("resource", "most"), [("training_cpu_seconds", 7.9), ("training_cost", 0.0001), ("peak_memory_bytes", 1e8)]
)
def test_what_a_training_takes_has_a_budget(resource: str, most: float) -> None:
    policy = SIZE.model_copy(update={"resource": resource, "at_most": most})
    assert outcome(policy).judgement is Judgement.FAIL
    assert outcome(policy.model_copy(update={"at_most": most * 10})).judgement is Judgement.PASS


def test_a_champion_whose_training_is_not_known_is_no_pass() -> None:
    policy = Budget(rule="budget", resource="training_cost", times_champion=2.0)
    assert outcome(policy, champion_candidate=None).judgement is Judgement.NOT_JUDGED


def test_what_is_as_good_and_cheaper_passes() -> None:
    found = outcome(CHEAPER, AS_GOOD)
    assert found.judgement is Judgement.PASS
    assert "It takes 1,000 bytes in the package, the champion 2,000 bytes in the package" in found.sentence


def test_what_is_as_good_and_hardly_cheaper_is_refused() -> None:
    assert outcome(CHEAPER, AS_GOOD, package=package(1_201)).judgement is Judgement.FAIL


def test_what_is_better_need_not_be_cheaper() -> None:
    better = evaluation(champion=estimate(0.02, 0.001, 0.04))
    assert outcome(CHEAPER, better, package=package(9_000)).judgement is Judgement.PASS


def test_what_is_cheaper_and_perhaps_worse_is_refused() -> None:
    found = outcome(CHEAPER, evaluation(champion=estimate(-0.004, -0.0101, 0.003)))
    assert found.judgement is Judgement.FAIL
    assert "of the whole interval" in found.sentence


def test_the_cost_of_a_training_is_that_of_a_row() -> None:
    policy = CHEAPER.model_copy(update={"resource": "training_cpu"})
    assert outcome(policy, AS_GOOD).judgement is Judgement.PASS  # 8 against 16 seconds for as many rows
    more_rows = candidate(cpu=16.0, rows=100_000)
    assert outcome(policy, AS_GOOD, champion_candidate=more_rows).judgement is Judgement.FAIL
    assert outcome(policy, AS_GOOD, champion_candidate=None).judgement is Judgement.FAIL
