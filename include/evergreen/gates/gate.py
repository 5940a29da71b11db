"""From the evidence to a verdict."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from evergreen.core.errors import InputError
from evergreen.gates.advisories import advisories
from evergreen.gates.available_features import available_features
from evergreen.gates.better_or_cheaper import better_or_cheaper
from evergreen.gates.better_than_baseline import better_than_baseline
from evergreen.gates.better_than_champion import better_than_champion
from evergreen.gates.budget import budget
from evergreen.gates.custom import Ask, custom
from evergreen.gates.fairness import fairness
from evergreen.gates.fairness_not_worse_than_champion import fairness_not_worse_than_champion
from evergreen.gates.freshness import freshness
from evergreen.gates.label_rate import label_rate
from evergreen.gates.looks import looks
from evergreen.gates.maximum import maximum
from evergreen.gates.minimum import minimum
from evergreen.gates.not_worse_than_champion import not_worse_than_champion
from evergreen.gates.outcome import Outcomes
from evergreen.gates.rows import rows
from evergreen.gates.slices import slices
from evergreen.gates.slices_not_worse_than_champion import slices_not_worse_than_champion
from evergreen.gates.trusted_types import trusted_types
from evergreen.records.evidence import Evidence
from evergreen.records.verdict import Judgement, Verdict
from evergreen.spec.circumstances import Custom
from evergreen.spec.gates import Gate, completed
from evergreen.spec.model import ModelSpec

RULES: Mapping[str, Callable[[ModelSpec, Any, Evidence], Outcomes]] = {
    "minimum": minimum,
    "maximum": maximum,
    "better_than_baseline": better_than_baseline,
    "better_than_champion": better_than_champion,
    "not_worse_than_champion": not_worse_than_champion,
    "better_or_cheaper": better_or_cheaper,
    "looks": looks,
    "slices": slices,
    "slices_not_worse_than_champion": slices_not_worse_than_champion,
    "fairness": fairness,
    "fairness_not_worse_than_champion": fairness_not_worse_than_champion,
    "rows": rows,
    "label_rate": label_rate,
    "freshness": freshness,
    "budget": budget,
    "trusted_types": trusted_types,
    "advisories": advisories,
    "available_features": available_features,
}
"""Every rule but ``custom``, by its name in the spec."""


def gate(spec: ModelSpec, evidence: Evidence, ask: Ask | None = None) -> Verdict:
    """Apply the rules of the spec, in their order. PASS when every blocking rule passed.

    A policy without ``better_than_baseline`` is completed by one, so that a first champion is better than no model.

    Parameters
    ----------
    ask
        Calls the functions of ``custom`` rules; without it those rules fail.
    """
    judge = partial(_judge, spec, evidence, ask or _nobody)
    outcomes = tuple(found for policy in completed(spec.gates, spec.task) for found in judge(policy))
    evaluation = evidence.evaluation
    return Verdict(
        model=evaluation.model,
        judgement=Judgement.FAIL if any(o.refuses for o in outcomes) else Judgement.PASS,
        package=evaluation.package,
        champion=evaluation.champion,
        evaluation=evaluation.digest,
        outcomes=outcomes,
    )


def _judge(spec: ModelSpec, evidence: Evidence, ask: Ask, policy: Gate) -> Outcomes:
    if isinstance(policy, Custom):
        return custom(policy, evidence, ask)
    return RULES[policy.rule](spec, policy, evidence)


def _nobody(policy: Custom, _: dict[str, Any]) -> object:
    raise InputError(f"{policy.function} cannot be called here.")
