"""Disparities between groups: by their value or by an end of the interval, alone and against the champion."""

from typing import Any

import pytest

from evergreen.records.verdict import Judgement
from evergreen.spec.groups import FairnessBound, FairnessNotWorseThanChampion

from .conftest import disparity, estimate, evaluation, outcome, outcomes

SEX = FairnessBound(rule="fairness", at_most=0.1, columns=("sex",))
RATIO = FairnessBound(rule="fairness", measure="disparate_impact_ratio", columns=("sex",))
RELATIVE = FairnessNotWorseThanChampion(rule="fairness_not_worse_than_champion", margin=0.01, columns=("sex",))


def test_the_groups_that_differ_most_are_named_with_their_rates() -> None:
    found = outcome(SEX, evaluation(disparities=(disparity("sex", estimate(0.12, 0.09, 0.15)),)))
    assert (found.judgement, found.value, found.low, found.high, found.threshold) == (
        Judgement.FAIL,
        0.12,
        0.09,
        0.15,
        0.1,
    )
    assert found.sentence == (
        "demographic_parity_difference by sex is 0.120 (95% interval 0.090 to 0.150): selected 2.0% of Female, 14.0% of "
        "Male; at most 0.100 was asked."
    )


@pytest.mark.parametrize(
    ("judged_by", "judgement"), [("value", Judgement.PASS), ("worst_end", Judgement.FAIL), ("best_end", Judgement.PASS)]
)
def test_the_worst_end_of_a_difference_is_its_upper_one(judged_by: str, judgement: Judgement) -> None:
    policy = SEX.model_copy(update={"judged_by": judged_by})
    assert (
        outcome(policy, evaluation(disparities=(disparity("sex", estimate(0.1, 0.05, 0.15)),))).judgement is judgement
    )


@pytest.mark.parametrize(
    ("value", "judged_by", "judgement"),
    [(0.8, "value", Judgement.PASS), (0.79, "value", Judgement.FAIL), (0.85, "worst_end", Judgement.FAIL)],
)
def test_four_fifths_is_the_bound_of_the_ratio(value: float, judged_by: str, judgement: Judgement) -> None:
    measured = disparity("sex", estimate(value, value - 0.1, value + 0.1), measure="disparate_impact_ratio")
    found = outcome(RATIO.model_copy(update={"judged_by": judged_by}), evaluation(disparities=(measured,)))
    assert (found.judgement, found.threshold) == (judgement, 0.8)


def test_equalized_odds_names_the_rate_that_differs_most() -> None:
    policy = SEX.model_copy(update={"measure": "equalized_odds_difference"})
    measured = disparity("sex", estimate(0.3), measure="equalized_odds_difference")
    assert (
        "true positives 20.0% of Female, 50.0% of Male" in outcome(policy, evaluation(disparities=(measured,))).sentence
    )


def test_without_columns_every_sensitive_one_and_every_intersection_is_judged() -> None:
    policy = SEX.model_copy(update={"columns": None})
    parts = tuple(disparity(c, estimate(v)) for c, v in (("sex", 0.05), ("race", 0.2), ("sex x race", 0.3)))
    found = outcomes(policy, evaluation(disparities=parts))
    assert [o.judgement for o in found] == [Judgement.PASS, Judgement.FAIL, Judgement.FAIL]
    assert found[2].about == "demographic_parity_difference by sex x race"


def test_a_sensitive_column_that_was_not_evaluated_is_no_pass() -> None:
    policy = SEX.model_copy(update={"columns": None})
    sex, race = outcomes(policy, evaluation(disparities=(disparity("sex", estimate(0.05)),)))
    assert (sex.judgement, race.judgement, race.refuses) == (Judgement.PASS, Judgement.NOT_JUDGED, True)
    assert "by race could not be judged. It was not evaluated." in race.sentence


def test_groups_that_are_too_small_are_not_judged_and_severity_decides() -> None:
    small = evaluation(disparities=(disparity("sex", None),))
    assert outcome(SEX, small).refuses
    found = outcome(SEX.model_copy(update={"too_small": "warn"}), small)
    assert (found.judgement, found.severity) == (Judgement.NOT_JUDGED, "warn")
    assert "Fewer than two groups have 100 rows." in found.sentence


def champion_and(value: float, **both: Any) -> Any:
    ours, theirs = disparity("sex", estimate(value), **both), disparity("sex", estimate(0.1), role="champion", **both)
    return evaluation(disparities=(ours, theirs))


@pytest.mark.parametrize(("value", "judgement"), [(0.11, Judgement.PASS), (0.1101, Judgement.FAIL)])
def test_a_difference_may_exceed_the_champions_by_the_margin(value: float, judgement: Judgement) -> None:
    found = outcome(RELATIVE, champion_and(value))
    assert found.judgement is judgement
    assert "the champion's is 0.1" in found.sentence


@pytest.mark.parametrize(("value", "judgement"), [(0.0901, Judgement.PASS), (0.0899, Judgement.FAIL)])
def test_a_ratio_may_fall_below_the_champions_by_the_margin(value: float, judgement: Judgement) -> None:
    policy = RELATIVE.model_copy(update={"measure": "disparate_impact_ratio"})
    assert outcome(policy, champion_and(value, measure="disparate_impact_ratio")).judgement is judgement


def test_a_champion_whose_disparity_is_not_known_is_no_pass() -> None:
    alone = evaluation(disparities=(disparity("sex", estimate(0.0)),))
    assert outcome(RELATIVE, alone).judgement is Judgement.NOT_JUDGED
    assert outcome(RELATIVE, evaluation(has_champion=False)).judgement is Judgement.PASS
    assert outcome(RELATIVE, evaluation(reason="They share 0 rows.")).judgement is Judgement.FAIL
