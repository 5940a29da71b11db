"""Data, looks, types and features: what stands around a candidate."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import AvailableFeatures, Freshness, LabelRate, Rows, TrustedTypes
from evergreen.spec.gates import Gate
from evergreen.spec.performance import Looks

from .conftest import evaluation, evidence, outcome, outcomes

PASS, FAIL = Judgement.PASS, Judgement.FAIL


@pytest.mark.parametrize(("at_least", "judgement"), [(50_000, PASS), (50_001, FAIL)])
def test_a_span_holds_enough_rows(at_least: int, judgement: Judgement) -> None:
    found = outcome(Rows(rule="rows", at_least=at_least))
    assert found.judgement is judgement
    assert found.sentence == f"The train span holds 50,000 rows with a label; at least {at_least:,} were asked."


def test_the_label_rate_lies_between_its_bounds() -> None:
    low, high = outcomes(LabelRate(rule="label_rate", at_least=0.25, at_most=0.3, span="test"))
    assert (low.judgement, high.judgement, low.value) == (FAIL, PASS, 0.24)
    assert low.sentence == "The share of positives in the test span is 0.240; at least 0.250 was asked."
    assert outcome(LabelRate(rule="label_rate", at_most=0.3, span="calibration")).judgement is Judgement.NOT_JUDGED


@pytest.mark.parametrize(("hours", "judgement"), [(3, PASS), (2, FAIL)])
def test_the_newest_row_is_fresh(hours: int, judgement: Judgement) -> None:
    found = outcome(Freshness(rule="freshness", at_most=timedelta(hours=hours)))
    assert (found.judgement, found.value) == (judgement, 3 * 3600)
    assert "The newest row is of 2013-06-30 21:00 UTC, 3.0 hours before 2013-07-01 00:00" in found.sentence


def test_rows_after_the_window_are_not_fresh_rows_of_it() -> None:
    whole = evidence().snapshot
    (part,) = whole.parts
    assert part.events is not None
    later = replace(part, events=replace(part.events, end=whole.window.end + timedelta(days=9)))
    found = outcome(Freshness(rule="freshness", at_most=timedelta(hours=1)), snapshot=replace(whole, parts=(later,)))
    assert found.value == 0
    empty = replace(whole, parts=(replace(part, events=None),))
    assert outcome(Freshness(rule="freshness", at_most=timedelta(hours=1)), snapshot=empty).judgement is FAIL


@pytest.mark.parametrize(("looks", "judgement"), [(2, PASS), (3, FAIL)])
def test_looks_are_counted_and_warn(looks: int, judgement: Judgement) -> None:
    found = outcome(Looks(rule="looks", at_most=2), evaluation(looks=looks))
    assert (found.judgement, found.severity, found.value) == (judgement, "warn", looks)
    assert f"looked at {looks} times before" in found.sentence


def test_a_type_that_may_not_be_served_is_named() -> None:
    policy = TrustedTypes(rule="trusted_types")
    assert outcome(policy).judgement is PASS
    found = outcome(policy, foreign_types=("pipeline.Backdoor",))
    assert (found.judgement, found.sentence) == (
        FAIL,
        "The model file holds types that may not be served: pipeline.Backdoor.",
    )


@pytest.mark.parametrize(
    ("inputs", "judgement", "words"),
    [
        (("hour",), PASS, "1 columns, all known when it predicts"),
        (("hour", "dep_delay"), FAIL, "no features of the spec: dep_delay"),
    ],
)
def test_a_model_asks_only_for_what_is_known(inputs: tuple[str, ...], judgement: Judgement, words: str) -> None:
    policy: Gate = AvailableFeatures(rule="available_features")
    found = outcome(policy, inputs=inputs)
    assert found.judgement is judgement
    assert words in found.sentence
