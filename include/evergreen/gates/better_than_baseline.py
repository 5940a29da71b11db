"""The rule ``better_than_baseline``."""

from evergreen.gates.difference import compare
from evergreen.records.evaluation import Evaluation
from evergreen.records.verdict import RuleOutcome
from evergreen.spec.training import BetterThanBaseline


def better_than_baseline(policy: BetterThanBaseline, evaluation: Evaluation, *, larger_is_better: bool) -> RuleOutcome:
    """The whole interval of challenger minus trivial baseline must lie beyond ``by``; touching it fails."""
    return compare(policy, evaluation, "baseline", by=policy.by, strictly=True, larger_is_better=larger_is_better)
