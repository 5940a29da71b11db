"""The rule ``minimum``."""

from evergreen.gates.wording import decimals, interval, known
from evergreen.records.evaluation import Evaluation
from evergreen.records.verdict import Judgement, RuleOutcome
from evergreen.spec.training import Minimum


def minimum(policy: Minimum, evaluation: Evaluation) -> RuleOutcome:
    """The challenger's metric must reach a value. The spec refuses this rule for metrics of which less is better.

    It is the number itself that is asked, not the end of its interval. A metric that could not be measured fails.
    """
    found = (m for m in evaluation.metrics if m.name == policy.metric and m.role == "challenger")
    estimate, asked = next((m.estimate for m in found), None), policy.at_least
    value = None if estimate is None else known(estimate.value)
    if estimate is None or value is None:
        passed, sentence = False, f"{policy.metric} could not be measured. {evaluation.reason}".strip()
    else:
        passed, places = value >= asked, decimals(value, asked)
        words = interval(estimate, places)
        sentence = f"{policy.metric} is {value:.{places}f} ({words}); at least {asked:.{places}f} was asked."
    return RuleOutcome(
        rule=policy.rule,
        judgement=Judgement.PASS if passed else Judgement.FAIL,
        severity=policy.severity,
        sentence=sentence,
        value=value,
        threshold=asked,
        low=known(estimate.low) if estimate else None,
        high=known(estimate.high) if estimate else None,
    )
