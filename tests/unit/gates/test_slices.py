"""Slices: the worst one is named, and those that are too small are said."""

from dataclasses import replace

import pytest

from evergreen.gates.gate import gate
from evergreen.records.verdict import Judgement
from evergreen.spec.groups import SliceBound, SlicesNotWorseThanChampion

from .conftest import estimate, evaluation, evidence, outcome, outcomes, part, spec

BOUND = SliceBound(rule="slices", at_least=0.6)
RELATIVE = SlicesNotWorseThanChampion(rule="slices_not_worse_than_champion", margin=0.02)
GOOD = part("origin = JFK", challenger=estimate(0.7, 0.65, 0.75), difference=estimate(0.01, -0.03, 0.05))
WEAK = part("origin = EWR", challenger=estimate(0.59, 0.55, 0.63), difference=estimate(-0.06, -0.09, -0.03))
UNSURE = part("dest = HNL", challenger=estimate(0.7, 0.4, 0.9), difference=estimate(-0.05, -0.2, 0.1))
SMALL = part("carrier = HA", rows=28)


def test_the_worst_slice_is_named_with_its_numbers() -> None:
    found = outcome(BOUND, evaluation(slices=(GOOD, WEAK)))
    assert (found.judgement, found.about, found.value, found.threshold) == (Judgement.FAIL, "origin = EWR", 0.59, 0.6)
    assert found.sentence == (
        "Of 2 slices origin = EWR (900 rows) has the worst roc_auc, 0.590 (95% interval 0.550 to 0.630); "
        "at least 0.600 was asked."
    )
    assert outcome(BOUND, evaluation(slices=(GOOD,))).judgement is Judgement.PASS


def test_a_loss_that_is_proven_fails_and_one_that_is_not_passes() -> None:
    assert outcome(RELATIVE, evaluation(slices=(GOOD, UNSURE))).judgement is Judgement.PASS
    found = outcome(RELATIVE, evaluation(slices=(GOOD, WEAK, UNSURE)))
    assert (found.judgement, found.about, found.threshold) == (Judgement.FAIL, "origin = EWR", -0.02)
    assert "roc_auc -0.060 (95% interval -0.090 to -0.030, corrected for 3 slices)" in found.sentence


def test_every_slice_may_be_asked_to_prove_that_it_is_as_good() -> None:
    strict = RELATIVE.model_copy(update={"judged_by": "worst_end"})
    found = outcome(strict, evaluation(slices=(GOOD, WEAK, UNSURE)))
    assert (found.judgement, found.about) == (Judgement.FAIL, "dest = HNL")
    assert "Too bad as well: origin = JFK, origin = EWR." in found.sentence


def test_where_less_is_better_a_rise_is_a_loss() -> None:
    worse = replace(part("a", challenger=estimate(0.2), difference=estimate(0.06, 0.03, 0.09)), metric="brier")
    found = outcome(RELATIVE, evaluation(slices=(worse,)))
    assert (found.judgement, found.threshold) == (Judgement.FAIL, 0.02)
    better = replace(worse, difference=estimate(-0.06, -0.09, -0.03))
    assert outcome(RELATIVE, evaluation(slices=(better,))).judgement is Judgement.PASS


@pytest.mark.parametrize("policy", [BOUND, RELATIVE])
def test_a_slice_that_is_too_small_is_not_judged_and_blocks_unless_the_policy_lets_it(
    policy: SliceBound | SlicesNotWorseThanChampion,
) -> None:
    found = evaluation(slices=(GOOD, SMALL), baseline=estimate(0.2, 0.1, 0.3))
    passed, small = outcomes(policy, found)
    assert (passed.judgement, small.judgement, small.refuses) == (Judgement.PASS, Judgement.NOT_JUDGED, True)
    assert small.sentence == (
        "1 of 2 slices could not be judged: carrier = HA (28 rows). At least 100 rows are needed (slices.min_rows)."
    )
    lenient = policy.model_copy(update={"too_small": "warn"})
    verdict = gate(spec(lenient), evidence(found))
    assert verdict.judgement is Judgement.PASS
    assert small.sentence in verdict.reasons


@pytest.mark.parametrize("policy", [BOUND, RELATIVE])
def test_no_slice_at_all_is_no_pass(policy: SliceBound | SlicesNotWorseThanChampion) -> None:
    assert outcome(policy, evaluation(slices=())).judgement is Judgement.NOT_JUDGED


def test_without_a_champion_no_slice_is_worse() -> None:
    assert outcome(RELATIVE, evaluation(slices=(GOOD,), has_champion=False)).judgement is Judgement.PASS
    apart = outcome(RELATIVE, evaluation(slices=(GOOD,), reason="They share 0 rows."))
    assert (apart.judgement, "They share 0 rows." in apart.sentence) == (Judgement.FAIL, True)
