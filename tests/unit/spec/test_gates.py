"""Which rules a spec may hold, what is said of those that do not fit, and how a policy is completed."""

from typing import Any, get_args

import pytest
import yaml

from evergreen.core.errors import SpecError
from evergreen.records.evaluation import FairnessMeasure
from evergreen.spec.gates import completed
from evergreen.spec.groups import FairnessBound, Measure
from evergreen.spec.load import load
from evergreen.spec.model import ModelSpec
from evergreen.spec.performance import BetterThanBaseline, Minimum

from .conftest import Write


def spec(write: Write, text: str, *gates: dict[str, Any], sensitive: tuple[str, ...] = ("sex", "race")) -> ModelSpec:
    content = yaml.safe_load(text)
    content["gates"] = list(gates)
    content["columns"]["sensitive"] = list(sensitive)
    content["training"]["window"]["start"] = "2013-01-01"
    content["schedule"]["start"] = "2013-03-01"
    return load(write(yaml.safe_dump(content)))


@pytest.mark.parametrize(
    "gate",
    [
        {"rule": "minimum", "metric": "accuracy", "at_least": 0.9, "strictly": True, "judged_by": "worst_end"},
        {"rule": "maximum", "metric": "brier", "at_most": 0.2},
        {"rule": "better_than_champion", "metric": "roc_auc", "by": 0.01},
        {"rule": "better_or_cheaper", "metric": "roc_auc", "margin": 0.01, "resource": "package_size", "saving": 0.3},
        {"rule": "slices", "at_least": 0.6, "too_small": "warn"},
        {"rule": "slices_not_worse_than_champion", "margin": 0.02},
        {"rule": "fairness", "at_most": 0.05, "columns": ["sex", "sex x race"]},
        {"rule": "fairness", "measure": "disparate_impact_ratio"},
        {"rule": "fairness_not_worse_than_champion", "margin": 0.01},
        {"rule": "rows", "at_least": 1000, "span": "mature"},
        {"rule": "label_rate", "at_least": 0.05, "at_most": 0.5},
        {"rule": "freshness", "at_most": "2d"},
        {"rule": "budget", "resource": "package_bytes", "at_most": 1_000_000, "times_champion": 2.0},
        {"rule": "advisories", "accepted": ["CVE-2024-35195", "GHSA-9wx4-h78v-vm56", "PYSEC-2018-28"]},
        {"rule": "custom", "function": "rules:mine", "arguments": {"at_least": 3, "name": "x"}},
    ],
    ids=lambda gate: gate["rule"],
)
def test_a_rule_is_read(write: Write, text: str, gate: dict[str, Any]) -> None:
    (found,) = spec(write, text, gate).gates
    assert found.rule == gate["rule"]
    assert found.severity == "block"
    assert found.words.startswith(f"{gate['rule']}: ")


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ({"rule": "minimum", "metric": "brier", "at_least": 0.1}, "gates.0.metric: of brier less is better"),
        ({"rule": "maximum", "metric": "roc_auc", "at_most": 0.1}, "it has no maximum: use minimum"),
        ({"rule": "maximum", "metric": "briar", "at_most": 0.1}, "did you mean 'brier'?"),
        ({"rule": "slices"}, "gates.0.at_least: is missing, and so is at_most"),
        ({"rule": "label_rate", "at_least": 0.5, "at_most": 0.1}, "gates.0.at_most: 0.1 is below at_least, 0.5"),
        ({"rule": "fairness"}, "gates.0.at_most: is missing: the largest demographic_parity_difference"),
        ({"rule": "fairness", "at_least": 0.8}, "gates.0.at_least: of demographic_parity_difference less is fairer"),
        ({"rule": "fairness", "measure": "disparate_impact_ratio", "at_most": 0.8}, "more is fairer: give at_least"),
        ({"rule": "fairness", "at_most": 0.1, "columns": ["sex x rase"]}, "did you mean 'race'?"),
        ({"rule": "freshness", "at_most": "0d"}, "gates.0.at_most: is no age"),
        ({"rule": "budget", "resource": "package_bytes"}, "gates.0.at_most: is missing, and so is times_champion"),
        ({"rule": "custom", "function": "rules"}, "gates.0.function: expected text that matches"),
        (
            {"rule": "custom", "function": "rules:mine", "arguments": {"numbers": 1}},
            "gates.0.arguments.numbers: is the name under which the function gets the evidence",
        ),
        ({"rule": "advisories", "accepted": ["everything"]}, "gates.0.accepted.0: expected text that matches"),
        ({"rule": "trusted_types", "except": []}, "gates.0.except: unknown key; known here: rule, severity"),
    ],
)
def test_what_is_said_of_a_rule_that_does_not_fit(write: Write, text: str, gate: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        spec(write, text, gate)
    assert message in str(refused.value)


def test_fairness_needs_a_sensitive_column(write: Write, text: str) -> None:
    with pytest.raises(SpecError, match=r"columns\.sensitive names no column"):
        spec(write, text, {"rule": "fairness", "at_most": 0.1}, sensitive=())


def test_a_feature_that_is_known_later_is_refused(write: Write, text: str) -> None:
    late = text.replace("  features:\n", "  known_later: [distance]\n  features:\n")
    with pytest.raises(SpecError, match=r"features\.numeric\.1: 'distance' is known only later"):
        load(write(late))


def test_a_policy_gets_a_baseline_on_its_first_metric() -> None:
    accurate = Minimum(rule="minimum", metric="accuracy", at_least=0.9)
    fair = FairnessBound(rule="fairness", at_most=0.05)
    added = completed((fair, accurate), "binary")[-1]
    assert isinstance(added, BetterThanBaseline)
    assert (added.metric, added.severity) == ("accuracy", "block")
    assert completed((fair,), "regression")[-1] == added.model_copy(update={"metric": "rmse"})


def test_a_policy_with_a_baseline_is_left_alone() -> None:
    policy = (BetterThanBaseline(rule="better_than_baseline", metric="brier", severity="warn"),)
    assert completed(policy, "binary") == policy


def test_the_four_fifths_are_the_bound_of_the_ratio() -> None:
    assert FairnessBound(rule="fairness", measure="disparate_impact_ratio").bound == 0.8


def test_spec_and_records_name_the_same_measures() -> None:
    assert get_args(Measure) == get_args(FairnessMeasure)
