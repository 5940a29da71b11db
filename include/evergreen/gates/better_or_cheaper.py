"""The rule ``better_or_cheaper``."""

from dataclasses import replace

from evergreen.gates.difference import compare
from evergreen.gates.outcome import Outcomes
from evergreen.gates.resources import Resource, amount, spent
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement
from evergreen.spec.metrics import metric
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import BetterOrCheaper

COUNTED: dict[str, Resource] = {"training_cpu": "cpu_seconds_per_million_rows", "package_size": "package_bytes"}


def better_or_cheaper(spec: ModelSpec, policy: BetterOrCheaper, evidence: Evidence) -> Outcomes:
    """Proven better than the champion; or not worse by more than ``margin``, and cheaper by ``saving`` at least.

    Where it is not known what the champion took, only being better passes.
    """
    larger, evaluation = metric(spec.task, policy.metric).larger_is_better, evidence.evaluation
    better = compare(policy, evaluation, "champion", by=0.0, strictly=True, larger_is_better=larger)
    if better.judgement is Judgement.PASS:
        return (better,)
    as_good = compare(policy, evaluation, "champion", by=-policy.margin, strictly=False, larger_is_better=larger)
    if as_good.judgement is not Judgement.PASS:
        return (as_good,)
    resource = COUNTED[policy.resource]
    ours, theirs = spent(evidence, resource)
    if theirs is None:
        cheaper, words = False, "It is not known what the champion took."
    else:
        most = (1 - policy.saving) * theirs
        cheaper = ours <= most
        taken = f"{amount(ours, resource)}, the champion {amount(theirs, resource)}"
        words = f"It takes {taken}; at most {amount(most, resource)} was asked of what is not better."
    judgement = Judgement.PASS if cheaper else Judgement.FAIL
    return (replace(as_good, judgement=judgement, sentence=f"{as_good.sentence} {words}"),)
