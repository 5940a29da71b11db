"""What the rules of a spec make of the reports on a champion."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.monitoring.findings import findings
from evergreen.records.evaluation import Disparity, FairnessMeasure, Slice
from evergreen.records.monitor import Finding, MonitorReport

from .samples import NOW, column, drift, estimate, performance, report, seen, spec

ROC = {"rule": "performance", "metric": "roc_auc"}


def one(rule: dict[str, Any], *reports: Any) -> Finding:
    (found,) = findings(spec(rule), seen(*reports))
    return found


def test_drift_is_weighted_by_what_matters() -> None:
    found = one(
        {"rule": "drift", "above": 0.6}, drift(column("temp", drifts=True, weight=0.7), column("hour", drifts=False))
    )
    assert (found.holds, found.fired, found.value, found.threshold) == (True, True, 0.7, 0.6)
    assert found.since == NOW
    assert found.sentence == "70% of what matters to the model has drifted: temp; 60% is borne."


def test_drift_above_five_percent() -> None:
    rule = {"rule": "drifted_share", "above": 0.05}
    columns = [column(f"c{i}", drifts=i < 2, weight=0.0) for i in range(20)]
    assert one(rule, drift(*columns)).holds
    columns[0] = column("c0", drifts=False)
    assert not one(rule, drift(*columns)).holds, "one of twenty is 5%, and not above it"


@pytest.mark.parametrize(("psi", "proven", "holds"), [(0.11, 0.11, True), (0.09, 0.09, False), (0.11, 0.02, False)])
def test_a_psi_of_ten_percent_in_a_key_feature(psi: float, proven: float, holds: bool) -> None:
    """The bound of the rule decides how much is too much: the column need not drift by the bounds of the spec."""
    rule = {"rule": "column_drift", "column": "temp", "statistic": "psi", "above": 0.1, "then": "retrain"}
    found = one(rule, drift(column("temp", drifts=False, psi=psi, proven={"psi": proven})))
    assert (found.holds, found.name, found.then) == (holds, "column_drift: temp", "retrain")
    assert found.sentence.endswith("Sampling units differ as much by chance.") == (proven < 0.1 < psi)


def test_a_change_of_the_null_rate_is_a_change_either_way() -> None:
    rule = {"rule": "column_drift", "column": "temp", "statistic": "null_rate", "above": 0.05}
    assert one(rule, drift(column("temp", drifts=True))).value == pytest.approx(0.1)


@pytest.mark.parametrize("reports", [(None,), (drift(column("temp", drifts=True), enough=False),)])
def test_what_cannot_be_judged_is_no_finding_and_says_so(reports: tuple[Any, ...]) -> None:
    for rule in ({"rule": "drift"}, {"rule": "column_drift", "column": "temp", "above": 0}, ROC | {"at_least": 0.9}):
        found = one(rule, *reports)
        assert not found.holds
        assert "cannot be" in found.sentence


def test_a_column_with_few_rows_cannot_be_judged_though_the_others_can() -> None:
    few = replace(column("temp", drifts=False, psi=8.7), judged=False, sentence="40 rows; 500 are needed.")
    found = one({"rule": "column_drift", "column": "temp", "above": 0.1}, drift(few))
    assert (found.holds, found.judged) == (False, False)
    assert found.sentence == "temp cannot be compared. 40 rows; 500 are needed."


@pytest.mark.parametrize(
    ("rule", "metric", "numbers", "holds"),
    [
        ({"worse_by": 0.05}, "roc_auc", (0.60, 0.58, 0.64), True),
        ({"worse_by": 0.05}, "roc_auc", (0.60, 0.58, 0.66), False),
        ({"worse_by": 0.05, "proven": False}, "roc_auc", (0.60, 0.58, 0.66), True),
        ({"at_least": 0.65}, "roc_auc", (0.60, 0.58, 0.64), True),
        ({"worse_by": 0.05}, "brier", (0.25, 0.21, 0.28), True),
        ({"worse_by": 0.05}, "brier", (0.25, 0.19, 0.28), False),
        ({"at_most": 0.2}, "brier", (0.25, 0.21, 0.28), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["performance", "estimated_performance"])
def test_a_metric_against_its_bound(
    kind: str, rule: dict[str, Any], metric: str, numbers: tuple[float, float, float], holds: bool
) -> None:
    values = {metric: estimate(*numbers)}
    reports = performance(values) if kind == "performance" else performance(estimated=values)
    found = one({"rule": kind, "metric": metric, **rule}, None, reports)
    assert (found.holds, found.subject) == (holds, metric)


def test_an_evaluation_without_the_metric_is_said() -> None:
    found = one({"rule": "performance", "metric": "ece", "worse_by": 0.1}, None, performance({"ece": estimate(0.3)}))
    assert found.sentence == "ece cannot be judged: its evaluation has no ece."


@pytest.mark.parametrize(("above", "holds"), [("29d", True), ("30d", False)])
def test_age(above: str, holds: bool) -> None:
    assert one({"rule": "age", "above": above}).holds is holds


def test_each_sensitive_column_is_a_subject_and_the_interval_decides() -> None:
    measure: FairnessMeasure = "demographic_parity_difference"
    made = Disparity(
        column="sex", measure=measure, role="champion", estimate=estimate(0.2, 0.0, 0.3), groups=(), reason=""
    )
    rule = {"rule": "fairness", "measure": measure, "at_most": 0.1}
    unproven, proven = made, replace(made, column="race", estimate=estimate(0.2, 0.15, 0.3))
    unknown = replace(made, column="age", estimate=None, reason="One group.")
    both = findings(
        spec(rule), seen(None, performance({"roc_auc": estimate(0.7)}, disparities=(unproven, proven, unknown)))
    )
    assert [f.holds for f in both] == [False, True, False]
    assert both[2].sentence.endswith("cannot be judged: One group.")


def test_a_slice_is_held_against_the_whole() -> None:
    made = Slice(
        name="origin = EWR",
        declared=True,
        rows=500,
        units=14,
        metric="roc_auc",
        challenger=estimate(0.5, 0.45, 0.55),
        difference=None,
        reason="",
    )
    small = replace(made, name="origin = LGA", challenger=None, reason="12 rows.")
    assert held(made, small) == {"origin = EWR": True, "origin = LGA": False}
    certain = replace(made, name="certain", challenger=estimate(0.5, 0.49, 0.51))
    many = [replace(made, name=f"carrier = {number}", challenger=estimate(0.5, 0.42, 0.58)) for number in range(10)]
    assert held(many[0], *[replace(small, name=f"small {number}") for number in range(10)])["carrier = 0"]
    one_of_many = held(*many, certain)
    assert one_of_many == {s.name: False for s in many} | {"certain": True}, "one of many slices is that bad by chance"


def held(*slices: Slice) -> dict[str, bool]:
    """Which of the slices is found to be worse than the whole by more than 0.1."""
    seen_of_all = seen(None, performance({"roc_auc": estimate(0.7)}, slices=slices))
    return {f.subject: f.holds for f in findings(spec({"rule": "slices", "margin": 0.1}), seen_of_all)}


def walked(holds: list[bool], rule: dict[str, Any]) -> list[Finding]:
    """The finding of each day, given whether the bound was passed that day."""
    earlier: list[MonitorReport] = []
    found = []
    for day, drifts in enumerate(holds):
        as_of = NOW + timedelta(days=day)
        now = findings(
            spec(rule), seen(drift(column("temp", drifts=drifts, weight=1.0)), earlier=tuple(earlier), as_of=as_of)
        )
        found.append(now[0])
        earlier.append(report(now, as_of=as_of))
    return found


@given(st.lists(st.booleans(), min_size=1, max_size=15), st.integers(1, 5), st.integers(0, 4))
def test_a_finding_holds_now_and_often_enough_before(holds: list[bool], fired: int, more: int) -> None:
    rule = {"rule": "drift", "above": 0.5, "windows": {"fired": fired, "of": fired + more}}
    for day, found in enumerate(walked(holds, rule)):
        last = holds[max(0, day + 1 - fired - more) : day + 1]
        assert found.fired == (holds[day] and sum(last) >= fired)
        assert found.since == (begun(holds, day) if holds[day] else None)


def begun(holds: list[bool], day: int) -> datetime:
    while day and holds[day - 1]:
        day -= 1
    return NOW + timedelta(days=day)


def test_a_report_that_could_not_judge_it_neither_counts_nor_ends_it() -> None:
    """Else what still holds would be told as recovered, and a retraining's count begin anew."""
    rule = {"rule": "drift", "above": 0.5, "windows": {"fired": 3, "of": 5}}
    earlier: list[MonitorReport] = []
    for day, enough in enumerate([True] * 3 + [False] * 4 + [True]):
        as_of = NOW + timedelta(days=day)
        drifts = drift(column("temp", drifts=True, weight=1.0), enough=enough)
        now = findings(spec(rule), seen(drifts, earlier=tuple(earlier), as_of=as_of))
        earlier.append(report(now, as_of=as_of))
    last = earlier[-1].findings[0]
    assert (last.fired, last.since) == (True, NOW)
    assert last.sentence.endswith("It held in 4 of the last 4 reports.")


def test_two_rules_on_one_thing_have_a_name_and_a_history_each() -> None:
    """An alert soon, and a retraining when more has drifted for three days."""
    rules = (
        {"rule": "drift", "above": 0.05},
        {"rule": "drift", "above": 0.4, "then": "retrain", "windows": {"fired": 3, "of": 3}},
        {"rule": "drifted_share", "above": 0.9},
    )
    earlier: list[MonitorReport] = []
    for day, weight in enumerate([0.1, 0.1, 0.5]):
        as_of = NOW + timedelta(days=day)
        columns = column("temp", drifts=True, weight=weight), column("hour", drifts=False)
        now = findings(spec(*rules), seen(drift(*columns), earlier=tuple(earlier), as_of=as_of))
        earlier.append(report(now, as_of=as_of))
    alert, retrain, share = earlier[-1].findings
    assert [f.name for f in (alert, retrain, share)] == [
        "drift: above 0.05, alert",
        "drift: above 0.4, retrain",
        "drifted_share",
    ]
    assert (alert.fired, alert.since) == (True, NOW)
    assert (retrain.holds, retrain.fired) == (True, False), "it held once"
    assert retrain.sentence.endswith("It held in 1 of the last 3 reports.")


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (ROC | {"at_least": 0.7}, ROC | {"worse_by": 0.02, "then": "rollback"},
         ["performance: roc_auc, at_least 0.7, alert", "performance: roc_auc, worse_by 0.02, rollback"]),
        ({"rule": "age", "above": "30d"}, {"rule": "age", "above": "60d"}, ["age: above 30d, alert", "age: above 60d, alert"]),
        ({"rule": "column_drift", "column": "temp", "above": 0.1},
         {"rule": "column_drift", "column": "temp", "above": 0.1, "statistic": "ks"},
         ["column_drift: temp, psi, above 0.1, alert", "column_drift: temp, ks, above 0.1, alert"]),
        (ROC | {"at_least": 0.7}, ROC | {"metric": "accuracy", "at_least": 0.7},
         ["performance: roc_auc", "performance: accuracy"]),
    ],
    ids=["metric", "age", "column", "two metrics"],
)  # fmt: skip
def test_rules_are_told_apart_by_what_the_spec_says_of_them(
    one: dict[str, Any], other: dict[str, Any], names: list[str]
) -> None:
    assert [found.name for found in findings(spec(one, other), seen())] == names
