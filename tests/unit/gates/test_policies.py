"""The policies that the documentation ships: they load, and they decide as their words say."""

from pathlib import Path

import pytest
import yaml

from evergreen.gates.gate import gate
from evergreen.records.evaluation import Metric
from evergreen.records.verdict import Judgement
from evergreen.spec.gates import completed
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import Minimum

from .conftest import disparity, estimate, evaluation, evidence, spec

POLICIES = Path(__file__).parents[3] / "docs" / "policies"
FILES = sorted(POLICIES.glob("*.yaml"))


def loaded(name: str) -> ModelSpec:
    gates = yaml.safe_load((POLICIES / name).read_text(encoding="utf-8"))["gates"]
    any_rule = Minimum(rule="minimum", metric="roc_auc", at_least=0.5)
    return ModelSpec.model_validate(spec(any_rule).model_dump() | {"gates": gates})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_policy_loads_and_answers_better_than_which_baseline(path: Path) -> None:
    policy = completed(loaded(path.name).gates, "binary")
    assert "better_than_baseline" in [g.rule for g in policy]


@pytest.mark.parametrize(
    ("accuracy", "difference", "judgement"),
    [
        (0.901, 0.049, Judgement.PASS),
        (0.90, 0.049, Judgement.FAIL),
        (0.901, 0.05, Judgement.FAIL),
        (0.85, 0.2, Judgement.FAIL),
    ],
)
def test_accuracy_over_90_percent_and_disparity_under_5(
    accuracy: float, difference: float, judgement: Judgement
) -> None:
    found = evaluation(
        "accuracy",
        values={"challenger": accuracy},
        baseline=estimate(0.1, 0.05, 0.15),
        has_champion=False,
        disparities=(disparity("sex", estimate(difference)), disparity("race", estimate(0.01))),
    )
    assert gate(loaded("accurate_and_fair.yaml"), evidence(found)).judgement is judgement


@pytest.mark.parametrize(("auc", "judgement"), [(0.8501, Judgement.PASS), (0.85, Judgement.FAIL)])
def test_auc_over_85_percent(auc: float, judgement: Judgement) -> None:
    found = evaluation(values={"challenger": auc}, baseline=estimate(0.35, 0.3, 0.4), has_champion=False)
    assert gate(loaded("auc.yaml"), evidence(found)).judgement is judgement


def test_accurate_and_no_better_than_saying_no_to_everybody_is_refused() -> None:
    found = evaluation(
        "accuracy",
        values={"challenger": 0.94, "baseline": 0.94},
        baseline=estimate(0.0, -0.01, 0.01),
        has_champion=False,
        disparities=(disparity("sex", estimate(0.0)), disparity("race", estimate(0.0))),
    )
    verdict = gate(loaded("accurate_and_fair.yaml"), evidence(found))
    assert verdict.judgement is Judgement.FAIL
    assert "the baseline's 0.940" in verdict.reasons[0]


def test_the_regulated_policy_names_what_it_could_not_judge() -> None:
    found = evaluation(
        has_champion=False,
        baseline=estimate(0.2, 0.1, 0.3),
        disparities=(disparity("sex", estimate(0.9), measure="disparate_impact_ratio"),),
    )
    found_with_ece = evaluation(
        has_champion=False,
        baseline=estimate(0.2, 0.1, 0.3),
        disparities=found.disparities,
        metrics=(*found.metrics, Metric(name="ece", role="challenger", estimate=estimate(0.01))),
    )
    verdict = gate(loaded("regulated.yaml"), evidence(found_with_ece))
    unjudged = {o.rule for o in verdict.outcomes if o.judgement is Judgement.NOT_JUDGED}
    assert {"fairness", "advisories"} <= unjudged
    assert verdict.judgement is Judgement.FAIL
