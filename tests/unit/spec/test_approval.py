"""Who approves a challenger, as a spec says it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evergreen.core.errors import SpecError
from evergreen.spec.approval import Auto, Required, RequiredIf
from evergreen.spec.load import load

Write = Callable[[str], Path]
WARNS = "  - {rule: not_worse_than_champion, metric: brier, severity: warn}\n"


def test_without_a_word_the_verdict_is_enough(text: str, write: Write) -> None:
    assert load(write(text)).approval == Auto(mode="auto")


def test_the_short_form_says_the_same_as_the_long_one(text: str, write: Write) -> None:
    short, long = load(write(f"{text}approval: auto\n")), load(write(f"{text}approval: {{mode: auto}}\n"))
    assert short == long
    assert short.digest == long.digest


def test_a_person_is_asked_for_a_week_unless_another_time_is_said(text: str, write: Write) -> None:
    approval = load(write(f"{text}approval: {{mode: required, approvers: [ada, bob], valid_for: 2d}}\n")).approval
    assert approval == Required(
        mode="required", approvers=("ada", "bob"), timeout=timedelta(days=7), valid_for=timedelta(days=2)
    )


def test_a_person_is_asked_when_a_warning_is_given(text: str, write: Write) -> None:
    asked = "approval: {mode: required_if, rule: not_worse_than_champion, approvers: [ada]}\n"
    approval = load(write(text.replace("schedule:", f"{WARNS}{asked}schedule:"))).approval
    assert isinstance(approval, RequiredIf)
    assert approval.rule == "not_worse_than_champion"


@pytest.mark.parametrize(
    ("approval", "message"),
    [
        ("required", r"approval\.approvers: this key is missing"),
        ("later", r"approval\.mode: expected 'auto', 'required' or 'required_if', found 'later'"),
        ("{mode: required, approvers: []}", r"approval\.approvers: expected at least 1"),
        ("{mode: required, approvers: [ada, ada]}", r"names 'ada' twice"),
        ("{mode: required, approvers: [the board]}", r"text that matches"),
        ("{mode: required, approvers: [ada], timeout: 0d}", r"approval\.timeout: is no time at all"),
        (
            "{mode: required_if, approvers: [ada], rule: minimum}",
            r"approval\.rule: 'minimum' is no gate that only warns",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, write: Write, approval: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load(write(f"{text}approval: {approval}\n"))
