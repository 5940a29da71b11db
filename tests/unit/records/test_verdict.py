"""The reasons of a verdict: what failed, blocking rules first."""

from dataclasses import replace

from evergreen.records.verdict import Judgement, RuleOutcome, Verdict

from .samples import example


def test_reasons_are_the_failed_rules_blocking_first() -> None:
    warned = replace(example(RuleOutcome), judgement=Judgement.FAIL, severity="warn", sentence="a warning")
    blocked = replace(warned, severity="block", sentence="a block")
    passed = replace(blocked, judgement=Judgement.PASS, sentence="fine")
    verdict: Verdict = replace(example(Verdict), outcomes=(warned, passed, blocked))
    assert verdict.reasons == ("a block", "a warning")
