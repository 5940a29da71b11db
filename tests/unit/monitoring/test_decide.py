"""What findings lead to, and what holds it back."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal, get_args

import pytest

from evergreen.monitoring.decide import OF_INPUTS, Circumstances, decide
from evergreen.monitoring.growth import Growth
from evergreen.records.monitor import Finding
from evergreen.spec.monitoring import Retraining
from evergreen.spec.watching import ColumnDrift, Drift, DriftedShare

from .samples import NOW

POLICY = Retraining(cooldown=timedelta(days=14), min_new_labels=0.5, min_growth=2.0, budget=2)
FREE = Circumstances(
    as_of=NOW,
    fitted=10_000,
    new_labels=lambda: 5_000,
    growth=lambda: None,
    asked=(),
    waiting=None,
    previous=1,
    taken_back=False,
)


def finding(
    then: Literal["retrain", "rollback", "alert"],
    *,
    fired: bool = True,
    holds: bool = True,
    rule: str = "drift",
    subject: str = "",
) -> Finding:
    return Finding(
        rule=rule,
        subject=subject,
        then=then,
        holds=holds,
        fired=fired,
        value=1.0,
        threshold=0.5,
        low=None,
        high=None,
        since=NOW,
        sentence="Much has drifted.",
    )


def test_nothing_found_is_a_decision_with_a_reason() -> None:
    assert decide(POLICY, [], FREE).reason == "Nothing was found."
    building = decide(POLICY, [finding("retrain", fired=False)], FREE)
    assert (building.action, building.reason) == ("none", "Nothing was found. Much has drifted.")


def test_the_strongest_finding_decides() -> None:
    found = [finding("alert"), finding("retrain"), finding("rollback")]
    assert [decide(POLICY, found[:n], FREE).action for n in (1, 2, 3)] == ["alert", "retrain", "rollback"]


def test_without_an_earlier_champion_a_rollback_gives_way_to_a_retraining() -> None:
    found = [finding("retrain"), finding("rollback")]
    assert decide(POLICY, found, replace(FREE, previous=None)).action == "retrain"


def test_nothing_goes_back_to_what_was_taken_back_and_a_retraining_has_its_turn() -> None:
    found, back = [finding("retrain"), finding("rollback")], replace(FREE, taken_back=True)
    assert decide(POLICY, found, back).action == "retrain"
    made = decide(POLICY, found[1:], back)
    assert made.action == "alert"
    assert "No rollback now: version 1, the champion before, was itself rolled back from." in made.reason


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (replace(FREE, waiting="r1"), "No retraining now: request r1 is not closed yet."),
        (replace(FREE, asked=(NOW - timedelta(days=13),)), "No retraining now: the last request was on 2013-05-19"),
        (replace(FREE, asked=(NOW - timedelta(days=20), NOW - timedelta(days=29))), "2 requests in 30 days are the budget"),
        (replace(FREE, new_labels=lambda: 4_999), "4999 rows have got a label since its training on 10000; 50%"),
        (replace(FREE, growth=lambda: Growth("temp", 1.99)), "have grown by 199% since its training, in temp, where they grew most; 200%"),
    ],
    ids=["waiting", "cooldown", "budget", "labels", "growth"],
)  # fmt: skip
def test_what_holds_a_retraining_back_is_said_and_the_finding_is_alerted(at: Circumstances, reason: str) -> None:
    made = decide(POLICY, [finding("retrain")], at)
    assert made.action == "alert"
    assert reason in made.reason


def test_old_requests_count_no_more() -> None:
    asked = (NOW - timedelta(days=14), NOW - timedelta(days=30), NOW - timedelta(days=60))
    assert decide(POLICY, [finding("retrain")], replace(FREE, asked=asked)).action == "retrain"


def test_a_model_that_does_worse_needs_no_growth_where_its_inputs_are() -> None:
    little = replace(FREE, growth=lambda: Growth("temp", 0.1))
    drift, worse = finding("retrain"), finding("retrain", rule="performance")
    assert decide(POLICY, [drift], little).action == "alert"
    assert decide(POLICY, [drift, worse], little).action == "retrain"
    assert decide(POLICY, [drift, replace(worse, fired=False)], little).action == "alert"
    assert decide(POLICY, [drift], replace(FREE, growth=lambda: Growth("temp", 2.0))).action == "retrain"


@pytest.mark.parametrize(
    ("subject", "action"),
    [("temp", "alert"), ("label", "retrain"), ("prediction", "retrain"), ("label, psi, above 0.1, retrain", "retrain")],
)
def test_a_label_that_drifts_waits_for_no_growth_of_features(subject: str, action: str) -> None:
    little = replace(FREE, growth=lambda: Growth("temp", 0.1))
    assert decide(POLICY, [finding("retrain", rule="column_drift", subject=subject)], little).action == action


@pytest.mark.parametrize(
    ("found", "at"),
    [
        ([finding("retrain", rule="performance")], FREE),
        ([finding("retrain"), finding("rollback")], FREE),
        ([finding("alert"), finding("retrain", fired=False)], FREE),
        ([finding("retrain")], replace(FREE, waiting="r1")),
        ([finding("retrain")], replace(FREE, asked=(NOW,))),
        ([finding("retrain")], replace(FREE, new_labels=lambda: 0)),
    ],
    ids=["worse", "rollback", "nothing", "waiting", "cooldown", "labels"],
)
def test_growth_is_asked_for_only_where_drift_alone_calls_and_nothing_else_holds_back(
    found: list[Finding], at: Circumstances
) -> None:
    asked: list[str] = []
    decide(POLICY, found, replace(at, growth=lambda: asked.append("growth")))
    decide(POLICY, [finding("retrain")], replace(FREE, growth=lambda: asked.append("once")))
    assert asked == ["once"]


def test_the_rules_about_inputs_are_those_of_the_spec() -> None:
    assert {get_args(kind.model_fields["rule"].annotation)[0] for kind in (Drift, DriftedShare, ColumnDrift)} == set(
        OF_INPUTS
    )
