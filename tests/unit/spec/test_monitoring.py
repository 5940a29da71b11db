"""How a spec says that its champion is watched, and what is said of what does not fit."""

from datetime import timedelta
from typing import Any

import pytest
import yaml

from evergreen.core.errors import SpecError
from evergreen.spec.load import load
from evergreen.spec.monitoring import Monitoring
from evergreen.spec.watching import Drift, DriftedShare, Persistence

from .conftest import Write


def monitoring(write: Write, text: str, **given: Any) -> Monitoring:
    content = yaml.safe_load(text)
    content["monitoring"] = given
    content["training"]["window"]["start"] = "2013-01-01"
    content["schedule"]["start"] = "2013-03-01"
    return load(write(yaml.safe_dump(content))).monitoring


def test_a_model_that_says_nothing_is_watched_and_retrained_when_drift_persists(write: Write, text: str) -> None:
    found = load(write(text)).monitoring
    assert found.enabled
    assert found.window == timedelta(days=14)
    persistent = Persistence(fired=3, of=5)
    assert found.rules == (
        Drift(rule="drift", then="retrain", windows=persistent),
        DriftedShare(rule="drifted_share", above=0.1, then="retrain", windows=persistent),
    )


def test_the_rules_in_the_words_of_users(write: Write, text: str) -> None:
    """ "Drift above 5%", and "a 10% shift of the PSI in a key feature"."""
    share = {"rule": "drifted_share", "above": 0.05, "then": "retrain"}
    column = {"rule": "column_drift", "column": "distance", "statistic": "psi", "above": 0.1}
    assert [rule.rule for rule in monitoring(write, text, rules=[share, column]).rules] == [
        "drifted_share",
        "column_drift",
    ]


@pytest.mark.parametrize("name", ["prediction", "label"])
def test_a_feature_that_would_be_taken_for_a_target_is_refused(write: Write, text: str, name: str) -> None:
    content = yaml.safe_load(text)
    content["columns"]["features"]["numeric"].append(name)
    said = f"columns.features.numeric.*'{name}' is what reports call the model's own {name}s: give the column another"
    with pytest.raises(SpecError, match=said):
        load(write(yaml.safe_dump(content)))


def test_people_confirm_retrainings_where_the_spec_names_them(write: Write, text: str) -> None:
    assert load(write(text)).monitoring.retraining.confirm == "auto"
    found = monitoring(write, text, retraining={"confirm": "required", "confirmers": ["ada", "bob"]}).retraining
    assert (found.confirmers, found.confirm_within) == (("ada", "bob"), timedelta(days=3))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"retraining": {"confirm": "required"}}, "confirmers: is missing: name who may confirm"),
        ({"retraining": {"confirmers": ["ada"]}}, "confirmers: goes with confirm: required"),
        ({"retraining": {"confirm": "required", "confirmers": ["ada", "ada"]}}, "names 'ada' twice"),
        ({"retraining": {"confirm": "required", "confirmers": ["a b"]}}, "confirmers"),
        (
            {"retraining": {"confirm": "required", "confirmers": ["ada"], "confirm_within": "0d"}},
            "confirm_within: is no time at all",
        ),
        ({"every": "7h"}, "must divide a day, or be whole days"),
        ({"every": "0h"}, "must divide a day, or be whole days"),
        ({"window": "36h"}, "must be a whole number of every"),
        ({"window": "1h"}, "must be a whole number of every"),
        ({"alerts": ["ops", "ops"]}, "names 'ops' twice"),
        ({"rules": [{"rule": "drift", "windows": {"fired": 3, "of": 2}}]}, "3 is more than of, 2"),
        ({"rules": [{"rule": "column_drift", "column": "distanc", "above": 1}]}, "is not a feature, prediction or label"),
        ({"rules": [{"rule": "performance", "metric": "rmse", "worse_by": 1}]}, "'rmse' is not a metric of a binary"),
        ({"rules": [{"rule": "performance", "metric": "brier", "at_least": 1}]}, "less is better: use at_most"),
        ({"rules": [{"rule": "performance", "metric": "roc_auc", "at_most": 1}]}, "more is better: use at_least"),
        ({"rules": [{"rule": "performance", "metric": "roc_auc"}]}, "give one of at_least, at_most and worse_by"),
        ({"rules": [{"rule": "fairness", "measure": "disparate_impact_ratio", "at_most": 0.1}]}, "is the one bound that"),
        ({"rules": [{"rule": "fairness", "measure": "demographic_parity_difference", "at_most": 0.1}]}, "no column by which"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused(write: Write, text: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        monitoring(write, text, **given)
