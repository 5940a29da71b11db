"""The rules, their directions, their sentences, and what is never a pass."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.errors import SpecError
from evergreen.gates.gate import _apply, gate
from evergreen.records.evaluation import Difference, Estimate, Evaluation, Metric, Role
from evergreen.records.interval import Interval
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.spec.data import Columns, Features, Label, ObjectsSource, Window
from evergreen.spec.model import ModelSpec, Owner
from evergreen.spec.training import BetterThanBaseline, Gate, Minimum, NotWorseThanChampion, Training

NAN = float("nan")
JUNE = Interval(start=datetime(2013, 6, 1, tzinfo=UTC), end=datetime(2013, 7, 1, tzinfo=UTC))


def spec(*gates: Gate) -> ModelSpec:
    label, features = Label(column="late", positive=1), Features(numeric=("hour",))
    return ModelSpec(
        version=1,
        name="flights",
        owner=Owner(name="Operations", email="operations@example.com"),
        purpose="Warns of late flights.",
        task="binary",
        source=ObjectsSource(kind="objects"),
        columns=Columns(event_time="time", keys=("id",), label=label, features=features),
        training=Training(window=Window(kind="expanding", start=JUNE.start)),
        gates=gates,
    )


def estimate(value: float, low: float | None, high: float | None) -> Estimate:
    return Estimate(value=value, low=low, high=high, method="DeLong, 28 units of day")


def evaluation(
    metric: str = "roc_auc",
    *,
    values: dict[Role, float] | None = None,
    champion: Estimate | None = None,
    baseline: Estimate | None = None,
    reason: str = "",
    has_champion: bool = True,
) -> Evaluation:
    values = values or {"challenger": 0.749, "champion": 0.664, "baseline": 0.5}
    given = ((champion, "champion"), (baseline, "baseline"))
    return Evaluation(
        model="flights",
        package="a" * 64,
        champion="b" * 64 if has_champion else None,
        span=JUNE,
        rows=25_478,
        units=28,
        looks=0,
        comparable=not reason,
        reason=reason,
        metrics=tuple(Metric(name=metric, role=r, estimate=estimate(v, v - 0.02, v + 0.02)) for r, v in values.items()),
        differences=tuple(
            Difference(metric=metric, against="champion" if a == "champion" else "baseline", estimate=e)
            for e, a in given
            if e is not None
        ),
    )


def outcome(policy: Gate, found: Evaluation) -> RuleOutcome:
    return gate(spec(policy), found).outcomes[0]


NOT_WORSE = NotWorseThanChampion(rule="not_worse_than_champion", metric="roc_auc", margin=0.01)
BETTER = BetterThanBaseline(rule="better_than_baseline", metric="roc_auc")
MINIMUM = Minimum(rule="minimum", metric="roc_auc", at_least=0.6)


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


@pytest.mark.parametrize("policy", [MINIMUM, BETTER, NOT_WORSE])
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
    return _apply(spec(policy), policy, found)


def _verdict(found: RuleOutcome) -> Verdict:
    return Verdict(
        model="flights", judgement=found.judgement, package="a", champion=None, evaluation="e", outcomes=(found,)
    )


def test_a_warning_that_fails_does_not_block() -> None:
    warned = MINIMUM.model_copy(update={"at_least": 0.9, "severity": "warn"})
    verdict = gate(spec(warned, NOT_WORSE), evaluation(champion=estimate(0.085, 0.071, 0.099)))
    assert verdict.judgement is Judgement.PASS
    assert len(verdict.reasons) == 1


def test_one_blocking_rule_is_enough_to_fail() -> None:
    found = evaluation(champion=estimate(-0.05, -0.09, -0.02), baseline=estimate(0.1, 0.05, 0.15))
    verdict = gate(spec(MINIMUM, BETTER, NOT_WORSE), found)
    assert verdict.judgement is Judgement.FAIL
    assert [o.judgement for o in verdict.outcomes] == [Judgement.PASS, Judgement.PASS, Judgement.FAIL]
    assert (verdict.package, verdict.champion, verdict.evaluation) == (found.package, found.champion, found.digest)
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_an_unknown_metric_is_named_with_the_nearest() -> None:
    wrong = NOT_WORSE.model_copy(update={"metric": "roc_acu"})
    built = spec(NOT_WORSE).model_copy(update={"gates": (wrong,)})
    with pytest.raises(SpecError, match=r"'roc_acu'.*binary.*did you mean 'roc_auc'"):
        gate(built, evaluation())
