"""What findings lead to, and what holds it back."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from evergreen.monitoring.decide import Circumstances, decide
from evergreen.records.monitor import Finding
from evergreen.spec.monitoring import Retraining

from .samples import NOW

POLICY = Retraining(cooldown=timedelta(days=14), min_new_labels=0.5, budget=2)
FREE = Circumstances(as_of=NOW, new_labels=5_000, fitted=10_000, asked=(), waiting=None, previous=1)


def finding(then: Literal["retrain", "rollback", "alert"], *, fired: bool = True, holds: bool = True) -> Finding:
    return Finding(
        rule="drift",
        subject="",
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


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (replace(FREE, waiting="r1"), "No retraining now: request r1 is not closed yet."),
        (replace(FREE, asked=(NOW - timedelta(days=13),)), "No retraining now: the last request was on 2013-05-19"),
        (replace(FREE, asked=(NOW - timedelta(days=20), NOW - timedelta(days=29))), "2 requests in 30 days are the budget"),
        (replace(FREE, new_labels=4_999), "4999 rows have got a label since its training on 10000; 50%"),
    ],
    ids=["waiting", "cooldown", "budget", "labels"],
)  # fmt: skip
def test_what_holds_a_retraining_back_is_said_and_the_finding_is_alerted(at: Circumstances, reason: str) -> None:
    made = decide(POLICY, [finding("retrain")], at)
    assert made.action == "alert"
    assert reason in made.reason


def test_old_requests_count_no_more() -> None:
    asked = (NOW - timedelta(days=14), NOW - timedelta(days=30), NOW - timedelta(days=60))
    assert decide(POLICY, [finding("retrain")], replace(FREE, asked=asked)).action == "retrain"
