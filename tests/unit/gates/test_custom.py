"""A rule of a model folder: what it is given, and what becomes of what it returns."""

import json
from typing import Any

import pytest

from evergreen.core.errors import CodeError
from evergreen.gates.gate import gate
from evergreen.gates.numbers import numbers
from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import Custom

from .conftest import disparity, estimate, evaluation, evidence, part, spec

POLICY = Custom(rule="custom", function="rules:mine", arguments={"at_least": 3})
NAN = float("nan")


def judged(answer: object) -> tuple[Judgement, str]:
    def ask(policy: Custom, given: dict[str, Any]) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = gate(spec(POLICY), evidence(), ask).outcomes[0]
    return found.judgement, found.sentence


@pytest.mark.parametrize(("passes", "judgement"), [(True, Judgement.PASS), (False, Judgement.FAIL)])
def test_it_says_whether_and_why(passes: bool, judgement: Judgement) -> None:
    assert judged([passes, "It is Tuesday."]) == (judgement, "rules:mine: It is Tuesday.")


def test_a_rule_that_raises_is_a_fail_that_says_so() -> None:
    found, sentence = judged(CodeError("rules.py:3: mine() raised ValueError: no such metric."))
    assert found is Judgement.FAIL
    assert sentence == "rules:mine could not judge: rules.py:3: mine() raised ValueError: no such metric."


@pytest.mark.parametrize("answer", [True, None, [True], [1, "yes"], ["PASS", "yes"], {"passed": True}])
def test_any_other_answer_is_a_fail(answer: object) -> None:
    found, sentence = judged(answer)
    assert found is Judgement.FAIL
    assert "it must return whether it passes, and a sentence" in sentence


def test_without_anybody_to_ask_it_fails() -> None:
    assert gate(spec(POLICY), evidence()).outcomes[0].judgement is Judgement.FAIL


def test_the_numbers_are_plain() -> None:
    found = evaluation(
        champion=estimate(0.085, 0.071, 0.099),
        slices=(part("origin = EWR", challenger=estimate(0.7), difference=None), part("carrier = HA")),
        disparities=(disparity("sex", estimate(0.1)),),
    )
    given = numbers(evidence(found))
    assert json.loads(json.dumps(given, allow_nan=False)) == given
    assert given["metrics"]["challenger"]["roc_auc"]["value"] == 0.749
    assert given["differences"]["champion"]["roc_auc"]["low"] == 0.071
    assert given["resources"]["champion"]["package_bytes"] == 2_000
    assert given["spans"]["train"] == {"rows": 50_000, "label_rate": 0.21, "units": 28}
    assert [s["challenger"] for s in given["slices"]] == [{"value": 0.7, "low": None, "high": None}, None]


def test_a_number_that_is_none_is_none() -> None:
    given = numbers(evidence(evaluation(values={"challenger": NAN})))
    assert given["metrics"]["challenger"]["roc_auc"] == {"value": None, "low": None, "high": None}
