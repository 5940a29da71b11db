"""Who must be asked follows from the spec and the verdict."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.journal.story import Story

from evergreen.records.approval import UNASKED
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.release.policy import policy_of
from evergreen.spec.model import ModelSpec

Make = Callable[..., ModelSpec]
GATES = [
    {"rule": "minimum", "metric": "roc_auc", "at_least": 0.5},
    {"rule": "not_worse_than_champion", "metric": "brier", "severity": "warn"},
]
IF = {"mode": "required_if", "rule": "not_worse_than_champion", "approvers": ["ada"], "timeout": "2d"}


def with_warning(judgement: Judgement) -> Verdict:
    """A PASS in which the rule that only warns came out like this."""
    blocking: RuleOutcome = Story(1).verdict.outcomes[0]
    warning = replace(blocking, rule="not_worse_than_champion", severity="warn", judgement=judgement)
    return replace(Story(1).verdict, outcomes=(blocking, warning))


def test_nobody_is_asked_by_default(small_spec: Make) -> None:
    assert policy_of(small_spec(), Story(1).verdict) == UNASKED


def test_the_approvers_and_their_time_are_fixed(small_spec: Make) -> None:
    policy = policy_of(small_spec(approval={"mode": "required", "approvers": ["ada", "bob"]}), Story(1).verdict)
    assert (policy.required, policy.approvers, policy.timeout.days, policy.valid_for.days) == (
        True,
        ("ada", "bob"),
        7,
        7,
    )


@pytest.mark.parametrize(("judgement", "required"), [(Judgement.PASS, False), (Judgement.FAIL, True)])
def test_a_warning_asks_for_a_person(small_spec: Make, judgement: Judgement, required: bool) -> None:
    policy = policy_of(small_spec(gates=GATES, approval=IF), with_warning(judgement))
    assert (policy.required, policy.timeout.days) == (required, 2)
    assert "not_worse_than_champion" in policy.because


def test_a_rule_that_the_verdict_does_not_mention_asks_for_a_person(small_spec: Make) -> None:
    assert policy_of(small_spec(gates=GATES, approval=IF), Story(1).verdict).required
