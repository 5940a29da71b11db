"""The rules, their directions, their sentences, and what is never a pass."""

import math
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.gates.gate import RULES, gate
from evergreen.records.evaluation import Evaluation, Role
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.spec.gates import Gate
from evergreen.spec.performance import BetterThanBaseline, BetterThanChampion, Maximum, Minimum, NotWorseThanChampion

from .conftest import estimate, evaluation, evidence, outcome, spec

NAN = float("nan")
NOT_WORSE = NotWorseThanChampion(rule="not_worse_than_champion", metric="roc_auc", margin=0.01)
BETTER = BetterThanBaseline(rule="better_than_baseline", metric="roc_auc")
MINIMUM = Minimum(rule="minimum", metric="roc_auc", at_least=0.6)
MAXIMUM = Maximum(rule="maximum", metric="brier", at_most=0.2)


def test_every_rule_of_the_spec_has_a_function() -> None:
    union, _ = get_args(Gate)
    named = [get_args(policy.model_fields["rule"].annotation)[0] for policy in get_args(union)]
    assert sorted(named) == sorted([*RULES, "custom"])


def test_a_better_challenger_in_words_and_numbers() -> None:
    found = outcome(NOT_WORSE, evaluation(champion=estimate(0.085, 0.071, 0.099)))
    assert found.judgement is Judgement.PASS
    assert found.sentence == (
        "roc_auc 0.749 is 0.085 above the champion's 0.664 (95% interval 0.071 to 0.099); "
        "at least -0.010 was asked of the whole interval."
    )
    assert (found.value, found.threshold, found.low, found.high) == (0.085, -0.01, 0.071, 0.099)


def test_a_worse_challenger_is_refused_with_the_digits_that_decide() -> None:
    found = outcome(NOT_WORSE, evaluation(champion=estimate(0.002, -0.01003, 0.014)))
    assert found.judgement is Judgement.FAIL
    assert "95% interval -0.01003 to 0.01400" in found.sentence
    assert "at least -0.01000 was asked" in found.sentence


@pytest.mark.parametrize(("low", "judgement"), [(-0.01, Judgement.PASS), (-0.010001, Judgement.FAIL)])
def test_not_worse_may_touch_its_margin(low: float, judgement: Judgement) -> None:
    assert outcome(NOT_WORSE, evaluation(champion=estimate(0.0, low, 0.1))).judgement is judgement


@pytest.mark.parametrize(("low", "judgement"), [(0.0, Judgement.FAIL), (1e-6, Judgement.PASS)])
def test_better_may_not_touch_its_bound(low: float, judgement: Judgement) -> None:
    assert outcome(BETTER, evaluation(baseline=estimate(0.1, low, 0.2))).judgement is judgement


@pytest.mark.parametrize(("high", "judgement"), [(0.0101, Judgement.FAIL), (0.0099, Judgement.PASS)])
def test_where_less_is_better_the_upper_end_decides(high: float, judgement: Judgement) -> None:
    policy = NOT_WORSE.model_copy(update={"metric": "brier"})
    values: dict[Role, float] = {"challenger": 0.15, "champion": 0.162}
    found = outcome(policy, evaluation("brier", values=values, champion=estimate(-0.012, -0.03, high)))
    assert found.judgement is judgement
    assert found.threshold == 0.01
    assert found.sentence.startswith("brier 0.15")
    assert "0.012" in found.sentence
    assert "below the champion's 0.162" in found.sentence
    assert "at most 0.010" in found.sentence


def test_a_lower_log_loss_than_the_baselines_is_better() -> None:
    policy = BetterThanBaseline(rule="better_than_baseline", metric="log_loss", by=0.02)
    clear, close = estimate(-0.05, -0.07, -0.03), estimate(-0.05, -0.09, -0.01)
    assert outcome(policy, evaluation("log_loss", baseline=clear)).judgement is Judgement.PASS
    assert outcome(policy, evaluation("log_loss", baseline=close)).judgement is Judgement.FAIL
    assert "less than -0.020 was asked" in outcome(policy, evaluation("log_loss", baseline=close)).sentence


def test_without_a_champion_none_can_be_worse() -> None:
    found = outcome(NOT_WORSE, evaluation(has_champion=False))
    assert found.judgement is Judgement.PASS
    assert "no champion yet" in found.sentence


def test_too_few_shared_rows_are_no_pass_whatever_the_numbers() -> None:
    reason = "The champion was fitted on rows until 2013-07-01 00:00 UTC, so that it and the challenger share 0 labelled rows."
    for numbers in (None, estimate(0.3, 0.2, 0.4)):
        found = outcome(NOT_WORSE, evaluation(champion=numbers, reason=reason))
        assert found.judgement is Judgement.FAIL
        assert reason in found.sentence


def test_the_minimum_is_asked_of_the_number_itself() -> None:
    assert outcome(MINIMUM, evaluation(values={"challenger": 0.6})).judgement is Judgement.PASS
    short = outcome(MINIMUM, evaluation(values={"challenger": 0.5999}))
    assert short.judgement is Judgement.FAIL
    assert short.sentence == "roc_auc is 0.5999 (95% interval 0.5799 to 0.6199); at least 0.6000 was asked."


@pytest.mark.parametrize("policy", [MINIMUM, BETTER, NOT_WORSE, MAXIMUM])
def test_what_was_not_measured_fails_with_the_reason(policy: Gate) -> None:
    found = outcome(policy, evaluation(values={"champion": 0.6}, reason="All 900 rows have the same label."))
    assert found.judgement is Judgement.FAIL
    assert "All 900 rows have the same label." in found.sentence


numbers = st.sampled_from([NAN, float("inf"), -float("inf"), None, -1.0, 0.0, 0.7])


@given(st.sampled_from([NAN, 0.7]), numbers, numbers)
def test_what_is_not_a_number_never_passes(value: float, low: float | None, high: float | None) -> None:
    found = evaluation(
        values={"challenger": value}, champion=estimate(value, low, high), baseline=estimate(value, low, high)
    )
    hard = (MINIMUM, BETTER, NOT_WORSE)
    outcomes = [_judged(policy, found) for policy in hard]
    if math.isnan(value):
        assert all(o.judgement is Judgement.FAIL for o in outcomes)
    if low != 0.7:
        assert outcomes[1].judgement is Judgement.FAIL
    assert all(None not in (o.low, o.high) or "no interval" in o.sentence or "not" in o.sentence for o in outcomes[1:])
    assert b"NaN" not in b"".join(Verdict.to_json(_verdict(o)) for o in outcomes)


def _judged(policy: Gate, found: Evaluation) -> RuleOutcome:
    """As `gate` does, without the evaluation's digest, which NaN cannot have."""
    (only,) = RULES[policy.rule](spec(policy), policy, evidence(found))
    return only


def _verdict(found: RuleOutcome) -> Verdict:
    return Verdict(
        model="flights", judgement=found.judgement, package="a", champion=None, evaluation="e", outcomes=(found,)
    )


def test_a_warning_that_fails_does_not_block() -> None:
    warned = MINIMUM.model_copy(update={"at_least": 0.9, "severity": "warn"})
    verdict = gate(
        spec(warned, NOT_WORSE, BETTER),
        evidence(evaluation(champion=estimate(0.085, 0.071, 0.099), baseline=estimate(0.2, 0.1, 0.3))),
    )
    assert verdict.judgement is Judgement.PASS
    assert len(verdict.reasons) == 1


def test_one_blocking_rule_is_enough_to_fail() -> None:
    found = evaluation(champion=estimate(-0.05, -0.09, -0.02), baseline=estimate(0.1, 0.05, 0.15))
    verdict = gate(spec(MINIMUM, BETTER, NOT_WORSE), evidence(found))
    assert verdict.judgement is Judgement.FAIL
    assert [o.judgement for o in verdict.outcomes] == [Judgement.PASS, Judgement.PASS, Judgement.FAIL]
    assert (verdict.package, verdict.champion, verdict.evaluation) == (found.package, found.champion, found.digest)
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_better_than_the_champion_asks_for_a_proven_improvement() -> None:
    policy = BetterThanChampion(rule="better_than_champion", metric="roc_auc", by=0.01)
    assert outcome(policy, evaluation(champion=estimate(0.03, 0.011, 0.05))).judgement is Judgement.PASS
    close = outcome(policy, evaluation(champion=estimate(0.03, 0.01, 0.05)))
    assert close.judgement is Judgement.FAIL
    assert "more than 0.010 was asked of the whole interval" in close.sentence
    assert outcome(policy, evaluation(has_champion=False)).judgement is Judgement.PASS


@pytest.mark.parametrize(("value", "judgement"), [(0.2, Judgement.PASS), (0.2001, Judgement.FAIL)])
def test_the_maximum_is_for_what_should_be_small(value: float, judgement: Judgement) -> None:
    found = outcome(MAXIMUM, evaluation("brier", values={"challenger": value}))
    assert found.judgement is judgement
    assert "at most 0.200" in found.sentence


def test_a_strict_bound_refuses_the_bound_itself() -> None:
    strict = MINIMUM.model_copy(update={"strictly": True})
    found = outcome(strict, evaluation(values={"challenger": 0.6}))
    assert found.judgement is Judgement.FAIL
    assert "more than 0.600 was asked" in found.sentence


@pytest.mark.parametrize(("judged_by", "asked"), [("value", 0.7), ("worst_end", 0.68), ("best_end", 0.72)])
def test_a_bound_may_be_asked_of_an_end_of_the_interval(judged_by: str, asked: float) -> None:
    policy = MINIMUM.model_copy(update={"judged_by": judged_by, "at_least": asked - 1e-9})
    more = policy.model_copy(update={"at_least": asked + 1e-9})
    found = evaluation(values={"challenger": 0.7})
    assert outcome(policy, found).judgement is Judgement.PASS
    assert outcome(more, found).judgement is Judgement.FAIL


def test_a_policy_without_a_baseline_is_completed() -> None:
    found = evaluation(values={"challenger": 0.7}, has_champion=False, baseline=estimate(0.01, -0.01, 0.03))
    verdict = gate(spec(MINIMUM), evidence(found))
    assert [o.rule for o in verdict.outcomes] == ["minimum", "better_than_baseline"]
    assert verdict.judgement is Judgement.FAIL
    assert "the baseline's" in verdict.reasons[0]
    assert len(gate(spec(MINIMUM, BETTER), evidence(found)).outcomes) == 2


def test_what_was_not_judged_blocks_like_what_failed() -> None:
    found = outcome(MINIMUM, evaluation())
    unjudged = replace(found, judgement=Judgement.NOT_JUDGED)
    assert unjudged.refuses
    assert not replace(unjudged, severity="warn").refuses
